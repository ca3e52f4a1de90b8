import type { paths } from "@/api/schema";
import { oneOf, short, text, type Given } from "@/lib/search";

type Noun = NonNullable<NonNullable<paths["/api/v1/audit"]["get"]["parameters"]["query"]>["noun"]>;

/** What the audit log tells of. */
export const NOUNS = [
  "campaign", "buyer", "target", "group", "number", "pool", "carrier", "defaults",
  "rtb_target", "rtb_router", "rtb_ping_rules", "flow",
  "publisher", "pixel", "tracking_tag", "url_parameter", "recording_rule", "quality_rule", "report", "postback_key",
  "person", "account", "key", "invitation", "erasure", "platform",
] as readonly Noun[];

/** What stands in the URL of settings: which entries of the audit log are shown. */
export interface SettingsSearch {
  noun?: Noun;
  actor?: string;
  key?: string;
}

export const readSettingsSearch = (given: Given): SettingsSearch =>
  short<SettingsSearch>({
    noun: oneOf(given, "noun", NOUNS),
    actor: text(given, "actor"),
    key: text(given, "key", 64),
  });
