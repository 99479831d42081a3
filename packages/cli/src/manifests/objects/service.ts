import type { ObjectToWrite } from "@gatewright/core";
import { namespaced, selectorLabels } from "../labels.ts";
import type { Installation } from "../installation.ts";

/** Where the API server calls, and Prometheus. */
export function serviceObject(installation: Installation) {
  const { servicePort, metricsPort } = installation;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: namespaced(installation),
    spec: {
      selector: selectorLabels(installation),
      ports: [
        {
          name: "https",
          port: servicePort,
          targetPort: "https",
          protocol: "TCP",
          appProtocol: "https",
        },
        ...(metricsPort === undefined
          ? []
          : [
              {
                name: "metrics",
                port: metricsPort,
                targetPort: "metrics",
                protocol: "TCP",
                appProtocol: "http",
              } as const,
            ]),
      ],
    },
  } as const satisfies ObjectToWrite<"v1/services">;
}
