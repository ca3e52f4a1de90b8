import type { Schemas } from "@/api/client";
import { CheckField } from "@/ui/field";
import { at, type Form } from "./form";

type Words<P> = readonly (readonly [word: Extract<keyof P, string>, label: string])[];

export const BUYER_WORDS: Words<Schemas["BuyerPortal"]> = [
  ["sees_callers", "They see callers' numbers"],
  ["sees_publishers", "They see which publisher has sent a call"],
  ["hears_recordings", "They hear recordings"],
  ["disputes", "They may dispute calls"],
  ["pauses_targets", "They may pause their targets"],
  ["sets_caps", "They may set caps of their own"],
];
export const PUBLISHER_WORDS: Words<Schemas["PublisherPortal"]> = [
  ["sees_callers", "They see callers' numbers"],
  ["hears_recordings", "They hear recordings"],
  ["makes_tags", "They may make website tags"],
];

/** What people of a buyer or publisher see and may do; they are invited under Settings, People. */
export function PortalEditor<P>({ form, words }: { form: Form; words: Words<P> }) {
  return words.map(([word, label]) => <CheckField key={word} label={label} value={at<boolean>(form, `portal.${word}`) ?? false} onChange={(on) => form.set(`portal.${word}`, on)} error={form.error(`portal.${word}`)} />);
}
