import { api, type Schemas } from "@/api/client";
import { frames } from "@/api/frames";
import { unreachable } from "@/api/errors";

export type Answered = Schemas["QuestionAnswered"];

/** What is known of an answer while it comes. */
export interface Coming {
  text: string;
  looking: string;
  anew: string;
}

/** Ask, and tell how the answer comes; resolves with the whole of it. */
export async function ask(body: Schemas["QuestionAsked"], tell: (coming: Coming) => void, signal: AbortSignal): Promise<Answered> {
  const asked = await api.POST("/api/v1/help/questions", { body, headers: { Accept: "text/event-stream" }, parseAs: "stream", signal });
  const reader = (asked.data as unknown as ReadableStream<Uint8Array<ArrayBuffer>>).pipeThrough(new TextDecoderStream()).getReader();
  let coming: Coming = { text: "", looking: "", anew: "" };
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) throw unreachable("the answer broke off: what was asked is kept, and its answer is among the earlier ones once it is there");
    const { read, rest } = frames(text + value);
    text = rest;
    for (const { name, data } of read) {
      const said = JSON.parse(data) as Record<string, string>;
      if (name === "answer") return said as unknown as Answered;
      if (name === "text") coming = { ...coming, text: coming.text + said["text"], looking: "" };
      if (name === "look") coming = { ...coming, looking: said["what"] ?? "" };
      if (name === "anew") coming = { text: "", looking: "", anew: said["reason"] ?? "" };
      tell(coming);
    }
  }
}
