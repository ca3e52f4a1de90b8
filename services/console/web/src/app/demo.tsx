import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, queries } from "@/api/client";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { plural, said } from "@/lib/words";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";

const KEY = ["demo"];

/** Adds a campaign, buyers, a number and a flow to try things with, and takes them out again. */
export function DemoData({ about = false }: { about?: boolean }) {
  const mayEdit = useMay("edit");
  const asked = useQuery({ queryKey: KEY, queryFn: () => data(api.GET("/api/v1/demo-data", {})) });
  const settled = { onSettled: () => queries.invalidateQueries(), onError: (fault: unknown) => toast("It was not done", { detail: sentence(fault), bad: true }) };
  const add = useMutation({ mutationFn: () => data(api.POST("/api/v1/demo-data", {})), onSuccess: ({ things }) => toast("The demo data is there", { detail: things.map(({ name }) => name).join(", ") }), ...settled });
  const remove = useMutation({ mutationFn: () => data(api.DELETE("/api/v1/demo-data", {})), onSuccess: ({ removed, kept }) => toast(`${plural(removed.length, "thing")} removed`, { detail: kept.map(({ name, why }) => `${name} stays: ${why}`).join(". ") }), ...settled });
  const things = asked.data?.things;
  if (!things || !mayEdit) return null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      {things.length > 0 ? (
        <Button busy={remove.isPending} onClick={() => remove.mutate()}>
          Remove demo data
        </Button>
      ) : (
        <Button busy={add.isPending} onClick={() => add.mutate()}>
          Add demo data
        </Button>
      )}
      <p className="min-w-0 flex-1 text-sm text-muted">
        {things.length === 0
          ? "A campaign, two buyers, a number that no carrier has, and a flow: to try everything with. It can be removed again."
          : about
            ? `There: ${things.map(({ kind, name }) => `${said(kind).toLowerCase()} ${name}`).join(", ")}. What you have made yourself stays.`
            : "What you have made yourself stays."}
      </p>
    </div>
  );
}
