"""Traces, metrics and logs that carry the call they are about.

Whether a call is traced is decided once, where it enters.  A traced message
carries `traceparent` in its headers; one without it is not traced, and costs
nothing at any later hop.
"""

import json
import logging
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
CALL_HEADER = "Call-Id"
ACCOUNT_HEADER = "Account-Id"

_propagator = TraceContextTextMapPropagator()
_about: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - never mutated
_PHONE = re.compile(r"\+\d{5,}(?=\d{2})")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def start(service: str, otlp_endpoint: str, log_level: str) -> None:
    """Set up logs, and exporters of traces and metrics where an endpoint is configured."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=log_level, handlers=[handler], force=True)
    if not otlp_endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    endpoint = otlp_endpoint.rstrip("/")
    provide(
        service,
        OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces"),
        PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics")),
    )


def provide(service: str, exporter: SpanExporter, reader: MetricReader) -> TracerProvider:
    """Make these the process's exporters of spans and metrics."""
    resource = Resource.create({"service.name": service})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))
    return provider


@contextmanager
def root_span(name: str, ratio: float, **attributes: str) -> Iterator[None]:
    """Begin the trace of a share of what enters here; the rest is not traced at all."""
    if ratio <= 0 or random.random() >= ratio:  # noqa: S311 - a sample, not a secret
        yield
        return
    with trace.get_tracer("root").start_as_current_span(name, attributes=attributes):
        yield


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """A part of the trace that is running, or nothing."""
    if not trace.get_current_span().get_span_context().is_valid:
        yield
        return
    with trace.get_tracer("part").start_as_current_span(name, attributes=attributes):
        yield


@contextmanager
def span_from(headers: Mapping[str, str] | None, name: str) -> Iterator[None]:
    """Go on with the trace that a message carries, or do nothing where it carries none."""
    if not headers or TRACEPARENT not in headers:
        yield
        return
    context = _propagator.extract(headers)
    with trace.get_tracer("hop").start_as_current_span(name, context=context):
        yield


def trace_headers(headers: dict[str, str]) -> dict[str, str]:
    """Add to the headers what a message must carry: its trace, and whom it is about."""
    about_now = _about.get()
    if "call_id" in about_now:
        headers[CALL_HEADER] = about_now["call_id"]
    if "account_id" in about_now:
        headers[ACCOUNT_HEADER] = about_now["account_id"]
    if trace.get_current_span().get_span_context().is_valid:
        _propagator.inject(headers)
    return headers


def about(**values: str) -> None:
    """Say what the present task is about; its log lines and messages will carry it."""
    _about.set({**_about.get(), **values})


def about_headers(headers: Mapping[str, str] | None) -> None:
    """Take over what a received message is about."""
    if headers and CALL_HEADER in headers:
        about(call_id=headers[CALL_HEADER])
    if headers and ACCOUNT_HEADER in headers:
        about(account_id=headers[ACCOUNT_HEADER])


def masked(text: str) -> str:
    """Hide phone numbers but their last two digits.

    >>> masked("from +12125550123 to sip:a@b")
    'from +*********23 to sip:a@b'
    """
    return _PHONE.sub(lambda match: "+" + "*" * (len(match.group()) - 1), text)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, service, message, and what it is about."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Write one line; phone numbers in any of its values are masked."""
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            **_about.get(),
            **extra,
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return masked(json.dumps(line, default=str, ensure_ascii=False))
