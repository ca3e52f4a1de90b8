import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useMay } from "@/api/session";
import { Known } from "@/app/known";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { SelectField, TextField } from "@/ui/field";
import { TAGS as KEY, TagForm } from "./tag-form";

type Preset = Schemas["Preset-Input"];
const PRESETS: readonly Preset[] = ["none", "google_ads", "microsoft_ads", "facebook", "tiktok", "linkedin", "email"];

/** The websites' tags of the campaign: what their pages show, and the code for them. */
export function CampaignTags({ campaignId }: { campaignId: string }) {
  const mayEdit = useMay("edit");
  const [open, setOpen] = useState<Schemas["TrackingTagRow"] | "new" | null>(null);
  useFresh(KEY, ["tracking_tag."]);
  const tags = useQuery({ queryKey: [...KEY, "all"], queryFn: () => all((at) => data(api.GET("/api/v1/tracking-tags", { params: { query: at } })) as Promise<Schemas["TrackingTagPage"]>) });
  return (
    <>
      <Known asked={tags} which={({ document }) => document.campaign_id === campaignId} none="None yet: no website shows numbers of this campaign.">
        {(mine) => (
          <ul className="grid gap-3">
            {mine.map((row) => (
              <li key={row.document.id} className="rounded-lg border border-line p-3">
                <p className="flex items-center gap-2 font-medium">
                  <span className="min-w-0 flex-1 truncate">{row.document.name}</span>
                  {mayEdit && (
                    <Button kind="quiet" onClick={() => setOpen(row)} aria-label={`Change ${row.document.name}`}>
                      Change
                    </Button>
                  )}
                </p>
                <p className="text-sm text-muted">
                  {said(row.document.status)}, {row.document.pool_id ? "a pool's number for each visit" : "one number for all"}
                  {row.document.domains.length > 0 && `, on ${row.document.domains.join(", ")}`}
                </p>
                <Snippet tagId={row.document.id} />
              </li>
            ))}
          </ul>
        )}
      </Known>
      {mayEdit && (
        <div>
          <Button onClick={() => setOpen("new")}>
            <Plus size={14} aria-hidden /> Tag
          </Button>
        </div>
      )}
      {open && <TagForm row={open === "new" ? null : open} campaignId={campaignId} onClose={() => setOpen(null)} />}
    </>
  );
}

/** The code for the pages, and addresses of a landing page that tell of their source. */
function Snippet({ tagId }: { tagId: string }) {
  const [open, setOpen] = useState(false);
  const [landing, setLanding] = useState("");
  const [preset, setPreset] = useState<Preset>("none");
  const snippet = useQuery({
    queryKey: [...KEY, tagId, "snippet", landing, preset],
    queryFn: () => data(api.POST("/api/v1/tracking-tags/{id}/snippet", { params: { path: { id: tagId } }, body: { landing, preset } })),
    enabled: open,
    placeholderData: (before) => before,
    retry: false,
  });
  if (!open)
    return (
      <Button kind="quiet" onClick={() => setOpen(true)}>
        Show the code
      </Button>
    );
  return (
    <div className="mt-2 grid gap-3">
      {snippet.error && Object.keys(fieldErrors(snippet.error)).length === 0 && (
        <p role="alert" className="text-bad">
          {sentence(snippet.error)}
        </p>
      )}
      {snippet.data && <Code label="Code of the page" text={snippet.data.script} />}
      {snippet.data && <Code label="Where the number stands" text={snippet.data.html} />}
      {snippet.data && <Code label="What its policy must allow" text={snippet.data.content_security} />}
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label="Landing page" placeholder="https://example.com/roofs" value={landing} onChange={setLanding} error={Object.values(fieldErrors(snippet.error))[0]} />
        <SelectField label="Visitors come by" value={preset} choices={PRESETS.map((value) => ({ value, label: said(value) }))} onChange={(value) => setPreset(value as Preset)} />
      </div>
      {snippet.data?.url && <Code label="Address to advertise" text={snippet.data.url} />}
    </div>
  );
}
