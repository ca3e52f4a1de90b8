"""One trace joins webhook, question, statement, fact and reader."""

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.runtime import telemetry
from tests.kit.hosting import House, eventually

NUMBER, FIRST = "+18005550100", "+15550100001"
HOPS = (
    "webhook voice",
    "ask ask.router.admit.v1",
    "answer ask.router.admit.v1",
    "sql claim.keep",
    "consume event.call.routed.v1",
)


async def test_a_traced_call_is_one_trace_across_all_hops(house: House) -> None:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    provider = telemetry.provide("test", exporter, reader)
    buyer = await house.buyer()
    await house.campaign(await house.target(buyer, FIRST), number=NUMBER)
    ingress = await house.add_ingress(trace_ratio=1)
    house.carrier = house.carrier_on(ingress)

    await house.call(NUMBER, f"{FIRST}=answer:1,talk:5")

    async def joined() -> list[ReadableSpan] | None:
        provider.force_flush()
        spans = exporter.get_finished_spans()
        root = next((span for span in spans if span.name == "webhook voice"), None)
        if root is None:
            return None
        trace_id = root.context.trace_id
        ours = [span for span in spans if span.context.trace_id == trace_id]
        return ours if set(HOPS) <= {span.name for span in ours} else None

    spans = {span.name: span for span in await eventually(joined)}
    assert parent_of(spans["ask ask.router.admit.v1"]) == spans["webhook voice"].context.span_id
    asked = spans["ask ask.router.admit.v1"].context.span_id
    assert parent_of(spans["answer ask.router.admit.v1"]) == asked
    assert {"webhooks.seconds", "webhooks.answered", "steps.decided"} <= said(reader)


def said(reader: InMemoryMetricReader) -> set[str]:
    """The instruments that had something to say."""
    read = reader.get_metrics_data()
    assert read is not None
    return {
        metric.name
        for resource in read.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None
