import { expect, test } from "vitest";
import { painted, shiftsOf, weekOf, type Shift } from "./week";

const OFFICE: Shift = { days: ["monday", "tuesday"], opens: "09:00", closes: "17:00" };

test("whole hours are a grid, and the grid is hours again", () => {
  const shifts: Shift[] = [OFFICE, { days: ["saturday"], opens: "10:00", closes: "12:00" }, { days: ["saturday"], opens: "14:00", closes: "24:00" }];
  const week = weekOf(shifts)!;
  expect(week[0]!.filter(Boolean)).toHaveLength(8);
  expect(shiftsOf(week)).toEqual(shifts);
});

test("what the grid cannot say is not drawn in it", () => {
  expect(weekOf([{ ...OFFICE, opens: "09:30" }])).toBeNull();
  expect(weekOf([{ ...OFFICE, closes: "30:00" }])).toBeNull();
  expect(weekOf([{ ...OFFICE, breaks: [{}] }])).toBeNull();
});

test("a corner to another is painted, and painted away", () => {
  const open = painted(weekOf([])!, [6, 20], [5, 22], true);
  expect(shiftsOf(open)).toEqual([{ days: ["saturday", "sunday"], opens: "20:00", closes: "23:00" }]);
  expect(shiftsOf(painted(open, [5, 0], [6, 23], false))).toEqual([]);
});
