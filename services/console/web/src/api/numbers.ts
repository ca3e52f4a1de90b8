import { api, basedOn, queries } from "./client";
import { named, type NumberRow, type Place } from "./place";

/** Give a number another place. */
export async function putNumber({ document, version }: NumberRow, place: Place): Promise<void> {
  await api.PUT("/api/v1/numbers/{id}", { params: { path: { id: document.id }, header: basedOn(version) as never }, body: { ...document, ...named(place) } as never });
}

/** What shows numbers, whom they serve or how they are bought is looked at again. */
export const numbersChanged = (): void => {
  for (const noun of ["numbers", "pools", "purchases"]) void queries.invalidateQueries({ queryKey: [noun] });
};
