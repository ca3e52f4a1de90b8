import { Download } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { give } from "@/api/files";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import type { Filled } from "./search";

/** All rows of the report as a file, also those that are not loaded. */
export function Export({ all, body }: { all: Filled; body: Schemas["Report"] }) {
  const [busy, setBusy] = useState(false);
  if (!useMay("export")) return null;
  const take = async () => {
    setBusy(true);
    try {
      const asked = { body, parseAs: "blob" } as const;
      const file = await data(all.about === "visits" ? api.POST("/api/v1/visit-reports/csv", asked) : api.POST("/api/v1/reports/csv", asked));
      give(file as Blob, "report.csv");
    } catch (fault) {
      toast("The file was not made", { detail: sentence(fault), bad: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} onClick={() => void take()}>
      <Download size={14} aria-hidden /> {busy ? "Making the file" : "Export"}
    </Button>
  );
}
