import { isProblem, sentence } from "@/api/errors";
import { Button } from "@/ui/button";

/** What went wrong, in place: the frame stays, and it can be tried again. */
export function Failed({ fault, retry }: { fault: unknown; retry?: () => void }) {
  const id = isProblem(fault) ? fault.document.request_id : "";
  return (
    <div role="alert" className="m-4 rounded-lg border border-bad p-4">
      <p className="font-medium text-bad">{sentence(fault)}</p>
      {id && <p className="mt-1 font-mono text-sm text-muted">Request {id}</p>}
      {retry && (
        <Button onClick={retry} className="mt-3">
          Try again
        </Button>
      )}
    </div>
  );
}
