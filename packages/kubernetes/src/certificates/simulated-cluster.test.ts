import type { Authority, Ca } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import { createKeeper, type Keeper, type SeenSecret } from "./keeper.ts";
import { isGood } from "./next-step.ts";
import { type Call, deliverNext, send } from "./simulated-calls.test.ts";
import type { SecretChange } from "./secret-change.ts";
import { type RotationRequest, readContents, type SecretData } from "./secret-contents.ts";

/** By how much everything may be late; `CertificatePolicy.propagationMs` has to be more than they make together. */
export interface Lateness {
  /** Of an API server, with a webhook configuration. */
  readonly apiServerMs: number;
  /** Of a call, there and back. */
  readonly callMs: number;
  /** How long a server is cut off at most. */
  readonly isolationMs: number;
}

/** One of our servers. */
export interface SimulatedServer {
  keeper: Keeper;
  /** Its clock's error. */
  readonly skewMs: number;
  calls: Call[];
  looking: boolean;
  lookedAt: number;
  /** When its last look that came to an end began. */
  sawAt: number;
  isolatedUntil: number;
  /** That must live on, since it alone remembers what the Secret held. */
  isNeeded: boolean;
}

interface Stored {
  readonly version: number;
  readonly data: SecretData;
  readonly request: RotationRequest | undefined;
}

/** A cluster whose time, order of events and clocks are somebody else's choice. */
export function simulatedCluster(
  policy: CertificatePolicy,
  authority: Authority,
  lateness: Lateness,
  skews: { servers: readonly number[]; apiServers: readonly number[] },
  /** Which server is cut off when the Secret changes: the worst moment. */
  cutOffAtWrites: readonly number[] = [],
) {
  let now = 0;
  let version = 0;
  let secret: Stored | undefined;
  const configurations: { at: number; bundle: string }[] = [];
  const apiServers = skews.apiServers.map((skewMs) => ({ skewMs, sees: -1 }));
  let leader = 0;
  let isCalm = false;
  const steps: string[] = [];
  const history: string[] = [];
  const note = (what: string): void => void history.push(`${now} ${what}`);

  const startKeeper = (server: SimulatedServer): void => {
    server.calls = [];
    const { calls } = server;
    const call = <T>(run: () => T): Promise<T> => send(calls, now, run);
    const bundleNow = (): readonly (readonly Ca[])[] => {
      const last = configurations.at(-1);
      return last === undefined ? [] : [authority.readCas(last.bundle).cas];
    };
    const port = {
      readSecret: () =>
        call((): SeenSecret & { version?: number } =>
          secret === undefined ? { is: "absent" } : { is: "ours", ...secret },
        ),
      writeSecret: (seen: SeenSecret & { version?: number }, change: SecretChange) =>
        call(() => {
          if (seen.version !== secret?.version) return false;
          secret = { version: ++version, ...change };
          note(`server ${servers.indexOf(server)} writes ${JSON.stringify(secret)}`);
          const other = servers[cutOffAtWrites[version % cutOffAtWrites.length] ?? -1];
          if (!isCalm && other !== undefined && other !== server)
            isolate(other, lateness.isolationMs);
          return true;
        }),
      registered: () => call(bundleNow),
    };
    const clock = { date: () => now + server.skewMs, now: () => now };
    server.keeper = createKeeper(port, policy, authority, clock);
    server.looking = false;
    server.lookedAt = server.sawAt = Number.NEGATIVE_INFINITY;
  };
  const servers = skews.servers.map((skewMs): SimulatedServer => {
    const server = {
      skewMs,
      isolatedUntil: Number.NEGATIVE_INFINITY,
      isNeeded: false,
    } as SimulatedServer;
    startKeeper(server);
    return server;
  });
  const registrations: Call[] = [];

  const isolate = (server: SimulatedServer, ms: number): void => {
    // Cut off once in a while, not for ever: that is what the policy's time is for.
    const isRested = now - server.isolatedUntil > 4 * policy.pollMs;
    if (server.isNeeded || !isRested) return;
    server.isolatedUntil = now + Math.min(ms, lateness.isolationMs);
    note(`server ${servers.indexOf(server)} is cut off until ${server.isolatedUntil}`);
  };

  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const isCutOff = (server: SimulatedServer): boolean => now < server.isolatedUntil;

  const look = (server: SimulatedServer): void => {
    const { keeper } = server;
    server.looking = true;
    server.lookedAt = now;
    const startedAt = now;
    const over = (again: boolean): void => {
      if (server.keeper !== keeper) return;
      server.looking = false;
      if (again) look(server);
    };
    keeper.look().then(
      ({ step, again }) => {
        server.sawAt = startedAt;
        if (again) {
          steps.push(step.do);
          note(`server ${servers.indexOf(server)} wanted: ${JSON.stringify(step)}`);
        }
        over(again);
      },
      () => over(false),
    );
  };

  async function deliver(server: SimulatedServer): Promise<void> {
    if (server.calls.length === 0) return;
    deliverNext(server.calls, isCutOff(server));
    await tick();
  }

  /** Everything that may not be put off any longer. */
  async function meetDeadlines(): Promise<void> {
    for (const server of servers) {
      while (server.calls[0] !== undefined && now - server.calls[0].at >= lateness.callMs) {
        await deliver(server);
      }
      if (!server.looking && now - server.lookedAt >= policy.pollMs) look(server);
    }
    while (registrations[0] !== undefined && now - registrations[0].at >= lateness.callMs) {
      registrations.shift()?.run();
    }
    const due = configurations.findLastIndex(({ at }) => now - at >= lateness.apiServerMs);
    for (const apiServer of apiServers) apiServer.sees = Math.max(apiServer.sees, due);
    for (const server of servers) {
      const contents = secret && readContents(secret.data, secret.request, authority);
      if (contents?.faults.length === 0) server.isNeeded = false;
    }
    await tick();
  }

  return {
    servers,
    steps,
    history,
    secret: () => secret && readContents(secret.data, secret.request, authority),
    registered: () => configurations.at(-1)?.bundle,
    now: () => now,
    deliver,
    async advance(ms: number) {
      now += ms;
      await meetDeadlines();
    },
    look(server: SimulatedServer) {
      if (!server.looking) look(server);
    },
    restart(server: SimulatedServer) {
      if (server.isNeeded) return;
      note(`restart of server ${servers.indexOf(server)}`);
      startKeeper(server);
    },
    isolate,
    /** Nothing is cut off any more. */
    calm: () => void (isCalm = true),
    elect(index: number) {
      leader = index % servers.length;
    },
    /** The leader applies what it takes for the bundle. */
    register() {
      const server = servers[leader] as SimulatedServer;
      const serving = server.keeper.serving();
      // Who was cut off has lost the Lease, and looks at the Secret before it can have it again.
      if (serving === undefined || server.sawAt < server.isolatedUntil) return;
      const bundle = serving.cas.map(({ pem }) => pem).join("");
      if (bundle === configurations.at(-1)?.bundle || registrations.length > 0) return;
      void send(registrations, now, () => {
        configurations.push({ at: now, bundle });
        note(`registered ${bundle}`);
      });
    },
    deliverRegistration: () => registrations.shift()?.run(),
    refresh(index: number) {
      const apiServer = apiServers[index % apiServers.length];
      if (apiServer) apiServer.sees = Math.min(apiServer.sees + 1, configurations.length - 1);
    },
    request(request: RotationRequest) {
      note(`asked for: ${request}`);
      if (secret !== undefined) secret = { ...secret, version: ++version, request };
    },
    /** Spoils the Secret, where somebody has it in mind who then lives on. */
    spoil(key: string | undefined, value: string) {
      if (secret === undefined) return;
      const { data, request } = secret;
      // Who starts while nothing is registered yet has nobody to wait for.
      if (now - (configurations[0]?.at ?? now) < 4 * lateness.callMs) return;
      if (readContents(data, request, authority).faults.length > 0) return;
      const keepsIt = servers.find(
        (server) =>
          server.keeper.serving()?.leaf.cert === data["tls.crt"] &&
          !isCutOff(server) &&
          now - server.sawAt <= 2 * policy.pollMs,
      );
      if (keepsIt === undefined) return;
      keepsIt.isNeeded = true;
      note(`spoilt: ${key ?? "all of it"}, remembered by server ${servers.indexOf(keepsIt)}`);
      secret =
        key === undefined
          ? undefined
          : { version: ++version, data: { ...data, [key]: value }, request };
    },
    /** The calls that would fail now: none, ever. */
    failures(): string[] {
      return apiServers.flatMap(({ sees, skewMs }, index) => {
        const bundle = configurations[sees]?.bundle;
        if (bundle === undefined) return [];
        const { cas } = authority.readCas(bundle);
        return servers.flatMap(({ keeper }, server) => {
          const leaf = keeper.serving()?.leaf;
          if (leaf === undefined) return [];
          const isVerified = cas.some(
            (ca) => authority.verifies(ca, leaf.cert) && isGood(ca, now + skewMs),
          );
          if (isVerified && isGood(leaf, now + skewMs)) return [];
          return [
            `at ${now}: API server ${index} (${bundle}) calls server ${server} (${leaf.cert})`,
          ];
        });
      });
    },
  };
}
