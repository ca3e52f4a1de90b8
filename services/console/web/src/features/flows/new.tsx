import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api, data, queries } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { cn } from "@/lib/cn";
import { Button } from "@/ui/button";
import { Section, TextField } from "@/ui/field";
import { Body, Page } from "@/ui/page";

const NOTHING = { start: "desk", nodes: [{ type: "router", id: "desk" }] };

/** A new flow: from nothing, or from one that is ready. */
export function NewFlow() {
  const navigate = useNavigate();
  const templates = useQuery({ queryKey: ["flow-templates"], queryFn: () => data(api.GET("/api/v1/flow-templates")), staleTime: Infinity }).data?.templates ?? [];
  const draft = useDraft({ name: "", from: "" }, async ({ name, from }, key) => {
    const begun = templates.find((one) => one.key === from)?.document ?? NOTHING;
    const made = await data(api.POST("/api/v1/flows", { body: { ...begun, name } as never, headers: { "Idempotency-Key": key } }));
    void queries.invalidateQueries({ queryKey: ["flows"] });
    void navigate({ to: "/flows/$id", params: { id: made.row.id }, search: {}, replace: true });
  });
  const choices = [{ key: "", name: "From nothing", description: "One step that finds somebody by the campaign's plan." }, ...templates];
  return (
    <Page title="New flow" above={<Link to="/flows" search={{}} className="hover:text-text">Call flows</Link>}>
      <Body label="The flow">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void draft.submit();
          }}
        >
          <Section title="Flow" about="It takes no calls before it is published and a campaign names it.">
            <TextField label="Name" required autoFocus value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name") ?? (draft.fault ? sentence(draft.fault) : undefined)} />
          </Section>
          <Section title="Begin with" about="All of it can be changed.">
            <div role="radiogroup" aria-label="Begin with" className="grid gap-2">
              {choices.map((one) => (
                <label key={one.key} className={cn("flex gap-3 rounded-lg border p-3", draft.document.from === one.key ? "border-accent" : "border-line")}>
                  <input type="radio" name="from" checked={draft.document.from === one.key} onChange={() => draft.set("from", one.key)} className="mt-0.5 size-4 accent-accent" />
                  <span>
                    <span className="block font-medium">{one.name}</span>
                    <span className="block text-sm text-muted">{one.description}</span>
                  </span>
                </label>
              ))}
            </div>
            <div>
              <Button kind="primary" type="submit" busy={draft.busy}>
                Make the flow
              </Button>
            </div>
          </Section>
        </form>
      </Body>
    </Page>
  );
}
