// Numbers as people read them.
import type { Language, Text } from "./text";

const locale = (language: Language) => (language === "zh" ? "zh-CN" : "en-GB");

/** A whole number with groups of digits. */
export function count(n: number, language: Language): string {
  return Math.round(n).toLocaleString(locale(language));
}

/** People: thousands of them roughly, so that estimates do not look exact. */
export function people(n: number, language: Language): string {
  const rounded = n >= 100000 ? Math.round(n / 100) * 100 : n >= 1000 ? Math.round(n / 10) * 10 : Math.round(n);
  return count(rounded, language);
}

/** A share as a percentage; only none and all are shown as 0 % and 100 %. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return "<1%";
  if (whole === 100 && share < 1) return ">99%";
  return `${whole}%`;
}

/** Minutes, rounded up, so that who is late is never shown as in time. */
export function minutes(seconds: number, text: Text): string {
  return text.units.minutes(String(Math.max(1, Math.ceil(seconds / 60 - 1e-9))));
}

/** A distance. */
export function metres(n: number, text: Text): string {
  return n < 1000 ? text.units.metres(String(Math.round(n))) : text.units.kilometres((n / 1000).toFixed(1));
}

/** One digit after the point. */
export function tenths(n: number): string {
  return n.toFixed(1);
}
