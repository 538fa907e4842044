// The API, typed by its own document. What is asked for again while nothing changed is kept.
import createClient from "openapi-fetch";
import { identity } from "./identity.svelte";
import { texts } from "./text";
import type { components, operations, paths } from "./schema";

export const client = createClient<paths>({ baseUrl: location.origin });

// Reading needs no token; whoever has one sends it where something is written. Problems are told in the language of the page.
client.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", document.documentElement.lang);
    if (identity.token) request.headers.set("Authorization", `Bearer ${identity.token}`);
    return request;
  },
  onError({ error }) {
    // The browser's own words for a server that cannot be reached are in its language, and say little.
    return error instanceof TypeError ? unreachable() : undefined;
  },
});

type Answer<Operation extends keyof operations> = operations[Operation] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type CityEntry = Answer<"cities">[number];
export type City = Answer<"city">;
export type StandardEntry = Answer<"standards">[number];
export type Standard = Answer<"standard">;
export type Service = Standard["circles"][number]["services"][number];
export type Walker = Answer<"walkers">[number];
export type Summary = Answer<"summary">;
export type Community = Answer<"community">;
export type CommunityRow = Answer<"communities">["communities"][number];
export type GapRow = Answer<"gaps">["gaps"][number];
export type Distribution = Answer<"distribution">;
export type LifeCircle = Answer<"circle">;
export type ServiceAt = LifeCircle["circles"][number]["services"][number];
export type SearchResult = Answer<"search">[number];
export type Route = Answer<"route">;
export type Areas = Answer<"isochrones">;
export type Tried = Answer<"try_scenario">;
export type SavedScenario = Answer<"scenarios">[number];
export type Sites = Answer<"sites">;
export type Links = Answer<"links">;
export type Units = Answer<"units">;
export type Programme = Answer<"programme">;
export type Name = components["schemas"]["Name"];
export type Gap = components["schemas"]["Gap"];

export type DeskAbout = Answer<"desk">;
export type Category = components["schemas"]["Category"];
export type Action = components["schemas"]["Action"];
export type Step = components["schemas"]["Step"];
export type RequestState = components["schemas"]["State"];
export type Tracked = Answer<"track">;
export type SimilarRequest = Answer<"similar_requests">[number];
export type RequestPage = Answer<"requests">;
export type RequestQuery = NonNullable<operations["requests"]["parameters"]["query"]>;
export type ListedRequest = RequestPage["requests"][number];
export type FullRequest = Answer<"request">;
export type DeskSession = Answer<"desk_session">;
export type DeskCounts = Answer<"desk_counts">;
export type DeskMeasured = Answer<"desk_measures">[number];
export type Stations = Answer<"request_stations">;
export type DeskBacklog = Answer<"desk_backlog">;
export type HotSpots = Answer<"desk_hot_spots">;
export type Repeats = Answer<"desk_repeats">;
export type VoicesAnswer = Answer<"desk_voices">;
export type ListAnswer = Answer<"take_list">;
export type NewSecret = Answer<"new_second_factor">;
export type DeskPerson = Answer<"desk_people">[number];

export type ListPreview = Answer<"look">;
export type Standing = Answer<"job">;

/** What went wrong, in the server's words. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The body of an answer, or a failure. */
export async function body<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error } = await asked;
  if (data !== undefined) return data;
  throw failure((error ?? {}) as { detail?: string; code?: string });
}

/** Waits for what answers nothing. */
export async function done(asked: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await asked;
  if (!response.ok) throw failure((error ?? {}) as { detail?: string; code?: string });
}

/** How far a search is. */
export interface Far {
  gap: number | null;
  seconds: number;
}

/** Asks for something that takes long; the server tells how far it is until it has the answer. */
export async function told<T>(address: string, asked: object, signal: AbortSignal, tell: (far: Far) => void): Promise<T> {
  const headers: Record<string, string> = { Accept: "text/event-stream", "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  if (identity.token) headers["Authorization"] = `Bearer ${identity.token}`;
  const response = await fetch(`/api/v1${address}`, { method: "POST", headers, body: JSON.stringify(asked), signal }).catch((error: unknown) => {
    throw error instanceof TypeError ? unreachable() : error;
  });
  if (!response.ok || !response.body) throw failure(await response.json().catch(() => ({})));
  // What tells nothing on its way is one document.
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return (await response.json()) as T;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Failure("", "internal");
    const events = (text + value).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
      if (name === "known") tell(JSON.parse(data ?? "") as Far);
      if (name === "problem") throw failure(JSON.parse(data ?? ""));
      if (name === "answer") return JSON.parse(data ?? "") as T;
    }
  }
}

function unreachable(): Failure {
  return new Failure(texts[document.documentElement.lang === "zh" ? "zh" : "en"].unreachable, "unreachable");
}

function failure(problem: { detail?: string; code?: string }): Failure {
  return new Failure(problem.detail ?? "", problem.code ?? "internal");
}
