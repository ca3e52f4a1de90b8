import { useMutation, useQuery } from "@tanstack/react-query";
import { Copy, Plus } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useMay } from "@/api/session";
import { Known } from "@/app/known";
import { newId } from "@/lib/id";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";
import { useNumbers } from "./numbers";

const KEY = ["tracking-tags"];
type Preset = Schemas["Preset-Input"];
const PRESETS: readonly Preset[] = ["none", "google_ads", "microsoft_ads", "facebook", "tiktok", "linkedin", "email"];

/** The websites' tags of the campaign: what their pages show, and the code for them. */
export function CampaignTags({ campaignId }: { campaignId: string }) {
  const mayEdit = useMay("edit");
  const [making, setMaking] = useState(false);
  useFresh(KEY, ["tracking_tag."]);
  const tags = useQuery({ queryKey: [...KEY, "all"], queryFn: () => all((at) => data(api.GET("/api/v1/tracking-tags", { params: { query: at } })) as Promise<Schemas["TrackingTagPage"]>) });
  return (
    <>
      <Known asked={tags} which={({ document }) => document.campaign_id === campaignId} none="None yet: no website shows numbers of this campaign.">
        {(mine) => (
          <ul className="grid gap-3">
            {mine.map(({ document }) => (
              <li key={document.id} className="rounded-lg border border-line p-3">
                <p className="font-medium">{document.name}</p>
                <p className="text-sm text-muted">
                  {said(document.status)}, {document.pool_id ? "a pool's number for each visit" : "one number for all"}
                  {document.domains.length > 0 && `, on ${document.domains.join(", ")}`}
                </p>
                <Snippet tagId={document.id} />
              </li>
            ))}
          </ul>
        )}
      </Known>
      {mayEdit && (
        <div>
          <Button onClick={() => setMaking(true)}>
            <Plus size={14} aria-hidden /> Tag
          </Button>
        </div>
      )}
      {making && <NewTag campaignId={campaignId} onClose={() => setMaking(false)} />}
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

function Code({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex items-start gap-2">
      {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <pre tabIndex={0} role="region" aria-label={label} className="min-w-0 flex-1 overflow-x-auto rounded-md bg-raised p-2 font-mono text-sm whitespace-pre-wrap break-all">
        {text}
      </pre>
      <IconButton label={`Copy: ${label}`} onClick={() => void navigator.clipboard.writeText(text).then(() => toast("Copied"))}>
        <Copy size={15} aria-hidden />
      </IconButton>
    </div>
  );
}

function NewTag({ campaignId, onClose }: { campaignId: string; onClose: () => void }) {
  const [name, setName] = useState("");
  const [shown, setShown] = useState("");
  const [domains, setDomains] = useState("");
  const key = useRef(newId());
  const pools = useQuery({ queryKey: ["pools", "all"], queryFn: () => all((at) => data(api.GET("/api/v1/pools", { params: { query: at } }))) });
  const numbers = useNumbers();
  const unknown = pools.error ?? numbers.error;
  const choices = [
    { value: "", label: "Choose what it shows" },
    ...(pools.data?.items ?? []).filter(({ document }) => document.campaign_id === campaignId).map(({ document }) => ({ value: `pool:${document.id}`, label: `Pool: ${document.name}` })),
    ...(numbers.data?.items ?? []).filter(({ document }) => document.campaign_id === campaignId).map(({ document }) => ({ value: `number:${document.id}`, label: phone(document.number) })),
  ];
  const making = useMutation({
    mutationFn: () => {
      const [kind, id = null] = shown.split(":");
      const body = { name, campaign_id: campaignId, pool_id: kind === "pool" ? id : null, number_id: kind === "number" ? id : null, domains: domains.split(/[\s,]+/).filter(Boolean) };
      return data(api.POST("/api/v1/tracking-tags", { body: body as never, headers: { "Idempotency-Key": key.current } }));
    },
    onSuccess: () => {
      toast("The tag is made", { detail: name });
      void queries.invalidateQueries({ queryKey: KEY });
      onClose();
    },
  });
  const errors = fieldErrors(making.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    making.mutate();
  };
  const other = making.error && !errors["name"] && !errors["pool_id"] && !errors["number_id"] && !Object.keys(errors).some((at) => at.startsWith("domains"));
  return (
    <Dialog open onClose={onClose} title="New tag" about="A line of code for a website: its pages show a number of this campaign, and calls know their visit.">
      <form onSubmit={send} className="grid gap-4">
        {other && (
          <p role="alert" className="text-bad">
            {Object.values(errors)[0] ?? sentence(making.error)}
          </p>
        )}
        <TextField label="Name of the tag" required autoFocus value={name} onChange={setName} error={errors["name"]} />
        <SelectField label="Shows" value={shown} onChange={setShown} choices={choices} error={errors["pool_id"] ?? errors["number_id"] ?? (unknown ? sentence(unknown) : undefined)} />
        <TextField label="Domains, by commas" help="Empty: any site. example.com is that host alone; *.example.com is all below it." value={domains} onChange={setDomains} error={Object.entries(errors).find(([at]) => at.startsWith("domains"))?.[1]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={making.isPending}>
            Make the tag
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
