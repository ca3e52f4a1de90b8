"""The names of public holidays, and of the calendars that keep them."""

from enum import StrEnum


class Calendar(StrEnum):
    """Public holidays that are computed, for any year."""

    US_FEDERAL = "us_federal"
    CANADA_FEDERAL = "canada_federal"
    ENGLAND_AND_WALES = "england_and_wales"


class Holiday(StrEnum):
    """A public holiday of one calendar or several."""

    NEW_YEARS_DAY = "new_years_day"
    MARTIN_LUTHER_KING_DAY = "martin_luther_king_day"
    WASHINGTONS_BIRTHDAY = "washingtons_birthday"
    GOOD_FRIDAY = "good_friday"
    EASTER_MONDAY = "easter_monday"
    EARLY_MAY_HOLIDAY = "early_may_holiday"
    VICTORIA_DAY = "victoria_day"
    MEMORIAL_DAY = "memorial_day"
    SPRING_HOLIDAY = "spring_holiday"
    JUNETEENTH = "juneteenth"
    CANADA_DAY = "canada_day"
    INDEPENDENCE_DAY = "independence_day"
    SUMMER_HOLIDAY = "summer_holiday"
    LABOR_DAY = "labor_day"
    TRUTH_AND_RECONCILIATION = "truth_and_reconciliation"
    COLUMBUS_DAY = "columbus_day"
    REMEMBRANCE_DAY = "remembrance_day"
    VETERANS_DAY = "veterans_day"
    THANKSGIVING = "thanksgiving"
    CHRISTMAS_DAY = "christmas_day"
    BOXING_DAY = "boxing_day"
