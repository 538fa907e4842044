// What both pages of the desk read: the city, what can be asked for, and how times are told.
import { body, client, type Category, type DeskAbout, type RequestQuery } from "../lib/api";
import { Loaded } from "../lib/loaded.svelte";
import { session } from "../lib/session.svelte";
import { view } from "../lib/view.svelte";
import { deskTexts, type DeskText } from "./text";

/** Requests that a number stands for: what they are called together, and what is asked for to list them. */
export interface Picked {
  name: string;
  query: RequestQuery;
}

class Desk {
  about = new Loaded<DeskAbout>();

  get text(): DeskText {
    return deskTexts[view.language];
  }

  /** Loads the city that the address names, or the first, and what can be asked for there. */
  async load(): Promise<void> {
    await session.loadLists();
    const first = session.cities.value?.[0];
    if (!view.city && first) view.city = first.id;
    if (!view.city) return;
    const path = { city: view.city };
    session.loadCity(view.city);
    await this.about.load((signal) => body(client.GET("/api/v1/cities/{city}/desk", { params: { path }, signal })));
  }

  category(id: string): Category | undefined {
    return this.about.value?.categories.find((category) => category.id === id);
  }

  /** What a category is called. */
  categoryName(id: string): string {
    return session.named(this.category(id)?.name) || id;
  }

  /** What a unit is called. */
  unitName(id: string | null | undefined): string {
    if (!id) return "";
    return session.named(this.about.value?.units.find((unit) => unit.id === id)?.name) || id;
  }

  /** Why something could not be done, in the server's words if it told any. */
  why(error: unknown): string {
    return error instanceof Error && error.message ? error.message : session.text.failed;
  }

  /** A moment as people read it. */
  when(moment: number): string {
    const locale = view.language === "zh" ? "zh-CN" : "en-GB";
    return new Date(moment).toLocaleString(locale, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  }

  /** A day as people read it. */
  day(moment: number): string {
    const locale = view.language === "zh" ? "zh-CN" : "en-GB";
    return new Date(moment).toLocaleDateString(locale, { year: "numeric", month: "short", day: "numeric" });
  }

  /** A day of the year, short. */
  monthDay(moment: number): string {
    const locale = view.language === "zh" ? "zh-CN" : "en-GB";
    return new Date(moment).toLocaleDateString(locale, { month: "short", day: "numeric" });
  }

  /** How long is left, in words, and whether none is. */
  left(due: number): { words: string; over: boolean } {
    const hours = (due - Date.now()) / 3_600_000;
    const away = Math.abs(hours);
    const text = this.text;
    const [inHours, inDays] = hours < 0 ? [text.hoursOver, text.daysOver] : [text.hoursLeft, text.daysLeft];
    return { words: away < 48 ? inHours(Math.max(1, Math.round(away))) : inDays(Math.round(away / 24)), over: hours < 0 };
  }

  /** Follows the language and the theme that are chosen. */
  dress(title: string): void {
    document.documentElement.lang = view.language;
    document.documentElement.dataset["theme"] = view.theme;
    document.title = [session.city.value?.name, title].filter(Boolean).join(" · ");
  }
}

export const desk = new Desk();
