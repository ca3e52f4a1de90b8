"""What the carrier refuses, by Twilio's own error numbers."""

ERRORS = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11243: "HTTP retry policy is invalid",
    11750: "TwiML response body too large",
    11770: "Empty response body",
    12100: "Document parse failure",
    12102: "The root element must be Response",
    12200: "Schema validation",
    12300: "Invalid Content-Type",
    13201: "Dial: Cannot Dial out from a Dial Call Segment",
    13210: "Dial: Invalid method value",
    13212: "Dial: Invalid timeout value",
    13213: "Dial: Invalid hangupOnStar value",
    13214: "Dial: Invalid callerId value",
    13215: "Dial: Invalid nested element",
    13216: "Dial: Invalid timeLimit value",
    13217: "Dial: Invalid record value",
    13221: "Dial->Number: Invalid method value",
    13222: "Dial->Number: Invalid sendDigits value",
    13223: "Dial: Invalid phone number format",
    13224: "Dial: Invalid phone number",
    13241: "Dial->SIP: Invalid method value",
    13243: "Dial->SIP: Invalid SIP URI",
    13250: "Dial: Too many URIs passed",
    13252: "Dial->SIP: Invalid header name",
    13253: "Dial->SIP: Header is too long",
    13310: "Gather: Invalid finishOnKey value",
    13312: "Gather: Invalid method value",
    13313: "Gather: Invalid timeout value",
    13314: "Gather: Invalid numDigits value",
    13320: "Gather: Invalid nested verb",
    13410: "Play: Invalid loop value",
    13510: "Say: Invalid loop value",
    13520: "Say: Invalid text",
    13610: "Record: Invalid method value",
    13611: "Record: Invalid timeout value",
    13612: "Record: Invalid maxLength value",
    13613: "Record: Invalid finishOnKey value",
    13616: "Record: playBeep must be true or false",
    13710: "Redirect: Invalid method value",
    13910: "Pause: Invalid length value",
}


class Refused(Exception):
    """Twilio would not do this; `number` is its error number."""

    def __init__(self, number: int, detail: str = "") -> None:
        super().__init__(f"{number} {ERRORS[number]}" + (f": {detail}" if detail else ""))
        self.number = number
