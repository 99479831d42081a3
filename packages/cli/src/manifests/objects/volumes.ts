import { type Installation, paths } from "../installation.ts";

/** The pod's volumes, in the order of `volumeMounts`. */
export function podVolumes(installation: Installation): object[] {
  return all(installation).map(({ name, source }) => ({ name, ...source }));
}

/** Where the container has them; none can be written to. */
export function volumeMounts(installation: Installation): object[] {
  return all(installation).map(({ name, mountPath }) => ({ name, mountPath, readOnly: true }));
}

function all({ name, certificate, volumes }: Installation) {
  return [
    { name: "config", mountPath: paths.config as string, source: { configMap: { name } } },
    ...(certificate.kind === "cert-manager"
      ? [
          {
            name: "certificate",
            mountPath: paths.certificate,
            source: { secret: { secretName: certificate.secretName } },
          },
        ]
      : []),
    ...volumes.map(({ secret, configMap, path }, index) => ({
      name: `files-${index}`,
      mountPath: path,
      source:
        secret === undefined
          ? { configMap: { name: configMap } }
          : { secret: { secretName: secret } },
    })),
  ];
}
