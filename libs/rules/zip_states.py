"""The state or province of a ZIP or postal code, by its beginning; no coordinates.

Where a beginning lies in two states, most of its codes decide, and the others are listed
whole.  Military codes (090 to 099, 340, 962 to 966) and independent countries have no state.

Source: the list of US ZIP codes in the package zipcodes 3.0.0 (MIT), summed up by beginning;
the first letters of Canadian codes are those of Canada Post.
"""

from functools import cache

_ZIPS = """
AL 350-369
AK 995-999
AS 96799
AZ 850-865
AR 716-729
CA 900-961
CO 800-816
CT 060-069
DE 197-199
DC 200 202-205 569 888
FL 320-339 341-349
GA 300-319 398-399
GU 96910-96932
HI 967-968
ID 832-838
IL 600-629
IN 460-479
IA 500-528
KS 660-679
KY 400-427
LA 700-714
ME 039-049
MD 206-219 20588
MA 010-027 055
MI 480-499
MN 550-567
MO 630-658 72643
MP 96950-96952
MS 386-397
MT 590-599
NE 680-693
NV 889-898
NH 030-038
NJ 070-089
NM 870-884
NY 005 100-149 06390
NC 270-289
ND 580-588
OH 430-459
OK 730-731 734-749
OR 970-979
PA 150-196
PR 006-007 009
RI 028-029
SC 290-299
SD 570-577
TN 370-385
TX 733 750-799 885 73960
UT 840-847
VT 050-054 056-059
VA 201 220-246 20598
VI 008
WA 980-994
WV 247-268
WI 530-549
WY 820-831 83414
"""

_CANADA = {
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLMNP", "ON"),
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "X": "NT",
    "Y": "YT",
}
_NUNAVUT = ("X0A", "X0B", "X0C")
_BEGINNING = 3  # digits that name a sorting centre


@cache
def _states() -> dict[str, str]:
    states: dict[str, str] = {}
    for line in _ZIPS.strip().splitlines():
        state, *ranges = line.split()
        for span in ranges:
            first, _, last = span.partition("-")
            for number in range(int(first), int(last or first) + 1):
                states[f"{number:0{len(first)}}"] = state
    return states


def state_of_zip(code: str) -> str | None:
    """The state of a five-digit ZIP code, or the province of a Canadian one.

    >>> state_of_zip("10001"), state_of_zip("06390"), state_of_zip("M5V 2T6"), state_of_zip("?")
    ('NY', 'NY', 'ON', None)
    """
    if code[:1].isalpha():
        return "NU" if code.startswith(_NUNAVUT) else _CANADA.get(code[:1])
    return _states().get(code) or _states().get(code[:_BEGINNING])
