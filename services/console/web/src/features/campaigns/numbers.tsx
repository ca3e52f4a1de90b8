import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { Known } from "@/app/known";
import { phone } from "@/lib/phone";

/** The account's numbers, and where each leads. */
export function useNumbers() {
  useFresh(["numbers"], ["number."]);
  return useQuery({ queryKey: ["numbers", "all"], queryFn: () => all((at) => data(api.GET("/api/v1/numbers", { params: { query: { ...at, fields: "id,number,campaign_id" } } }))) });
}

/** What callers of a campaign dial. */
export function Numbers({ campaignId }: { campaignId: string }) {
  return (
    <Known asked={useNumbers()} which={({ document }) => document.campaign_id === campaignId} none="None: the campaign cannot be activated before a number or pool leads to it.">
      {(numbers) => (
        <ul className="grid gap-1">
          {numbers.map(({ document }) => (
            <li key={document.id} className="font-mono">
              {phone(document.number)}
            </li>
          ))}
        </ul>
      )}
    </Known>
  );
}
