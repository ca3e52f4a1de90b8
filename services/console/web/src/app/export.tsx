import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { sentence } from "@/api/errors";
import { LOOKED_THROUGH_MAX, type All } from "@/api/pages";
import { csvOf } from "@/lib/csv";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";

interface Props<R> {
  /** Of the file, without its ending. */
  name: string;
  /** All rows that are chosen, not only those in view. */
  rows: () => Promise<All<R>>;
  columns: readonly (readonly [head: string, cell: (row: R) => string | number | null | undefined])[];
}

/** A list as a file, for lists of which the API itself makes none. */
export function Export<R>({ name, rows, columns }: Props<R>) {
  const doing = useMutation({
    mutationFn: async () => {
      const { items, whole } = await rows();
      const table = [columns.map(([head]) => head), ...items.map((row) => columns.map(([, cell]) => String(cell(row) ?? "")))];
      download(`${name}.csv`, csvOf(table));
      if (!whole) toast("Not all of it", { detail: `The file has the first ${LOOKED_THROUGH_MAX.toLocaleString("en-US")}: the list is longer.`, bad: true });
    },
    onError: (fault) => toast("There is no file", { detail: sentence(fault), bad: true }),
  });
  return (
    <Button busy={doing.isPending} onClick={() => doing.mutate()}>
      <Download size={14} aria-hidden /> Export
    </Button>
  );
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
