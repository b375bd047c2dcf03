import type { SpanExporter } from "@opentelemetry/sdk-trace-node";

export interface Tracing {
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/**
 * Registers OpenTelemetry's SDK, so that the spans which the packages begin are sent on: by OTLP over HTTP, to where the
 * standard variables say, which the SDK reads itself (`OTEL_EXPORTER_OTLP_*`, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`). It is loaded here and nowhere else: who doesn't trace
 * doesn't pay for it.
 */
export async function startTracing(exporter?: SpanExporter): Promise<Tracing> {
  const [
    { BatchSpanProcessor, NodeTracerProvider },
    { detectResources, envDetector, resourceFromAttributes },
  ] = await Promise.all([import("@opentelemetry/sdk-trace-node"), import("@opentelemetry/resources")]);
  const resource = resourceFromAttributes({ "service.name": "holdfast" });
  const provider = new NodeTracerProvider({
    resource: resource.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter ?? (await otlpExporter()))],
  });
  provider.register();
  return { close: () => provider.shutdown() };
}

async function otlpExporter(): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter();
}
