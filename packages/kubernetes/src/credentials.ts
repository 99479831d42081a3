import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@gatewright/core";
import type { KubeConfig } from "@kubernetes/client-node";
import { type Access, accessOf, filesOf } from "./access.ts";
import { invalid } from "./kubeconfig-file.ts";
import type { Login } from "./login.ts";
import { reasonOf } from "./no-answer.ts";

/** How long an access is used before its files are looked at again. */
const LOOK_EVERY_MS = 1_000;

/**
 * How long it is used while its files stay as they are: a program's or a provider's token may end sooner
 * than it says, and client-node asks a provider each time once its first token has ended.
 */
const ASK_EVERY_MS = 60_000;

/** How long a program or a provider may take to log in, in milliseconds. */
const LOGIN_MS = 30_000;

/** How a connection logs in, now and later. */
export interface Credentials {
  /** For messages: `context "dev" of /home/me/.kube/config`. */
  readonly what: string;
  /** Where the server lives, as its first login said. */
  readonly namespace: string;
  /** Those of now. Files that changed since are followed within a second. */
  current(): Promise<Access>;
  /** After the API server refused one with 401: what there is instead, or the same where there is none. */
  renew(refused: Access): Promise<Access>;
}

/**
 * Logs in for the first time.
 *
 * Later on, what cannot be read (half of a certificate's files is replaced, a program fails) is logged, and the
 * access of before goes on being used; that it has become useless is for the API server to say.
 *
 * @param find finds the login; of the context, once that is known
 * @throws GatewrightError `GW_CLUSTER_CONFIG`
 */
export async function createCredentials(
  KubeConfigClass: new () => KubeConfig,
  find: (context?: string) => Promise<Login>,
  log: Logger,
): Promise<Credentials> {
  let login = await find();
  const { namespace } = login;
  let config = new KubeConfigClass();
  let seen: string | undefined = await stateOf(filesOf(login));
  let access = await firstAccess(config, login);
  let lookedAt = performance.now();
  let askedAt = lookedAt;
  let asking: Promise<Access> | undefined;
  let lastWarning: string | undefined;

  const ask = async (refused: boolean): Promise<Access> => {
    const files = filesOf(login);
    const state = await stateOf(files);
    const changed = state !== seen;
    lookedAt = performance.now();
    // Where all calls are refused, a program is still not run for each of them.
    if (!changed && lookedAt - askedAt < (refused ? LOOK_EVERY_MS : ASK_EVERY_MS)) return access;
    askedAt = lookedAt;
    try {
      if (changed) login = await sameCluster(login);
      // client-node keeps what a program said until that ends, be it refused or not. What a provider of
      // tokens said last must be kept: the file has only the first.
      if (changed || (refused && login.user.exec !== undefined)) config = new KubeConfigClass();
      access = await inTime(accessOf(config, login));
      // The state is that from before they were read; of other files than those there is none yet.
      seen = filesOf(login).join() === files.join() ? state : undefined;
      lastWarning = undefined;
    } catch (error) {
      const why = reasonOf(error);
      if (why !== lastWarning) log.warn({ err: error }, `${login.what} cannot be renewed: ${why}`);
      lastWarning = why;
    }
    return access;
  };
  /** The kubeconfig is read anew, but not for whoever now says `kubectl config use-context`. */
  const sameCluster = async (before: Login): Promise<Login> => {
    const now = await find(before.context);
    const { server } = now.cluster;
    if (server === before.cluster.server) return now;
    throw new Error(`its server is another now, ${server}: start again to go there`);
  };
  const askOnce = (refused: boolean): Promise<Access> => {
    asking ??= ask(refused).finally(() => {
      asking = undefined;
    });
    return asking;
  };
  return {
    namespace,
    get what() {
      return login.what;
    },
    current: async () => (performance.now() - lookedAt < LOOK_EVERY_MS ? access : askOnce(false)),
    async renew(refused) {
      // Whoever is asking already may have begun before the refusal, and found all as it was.
      if (refused === access) await asking;
      return refused === access ? askOnce(true) : access;
    },
  };
}

async function firstAccess(config: KubeConfig, login: Login): Promise<Access> {
  try {
    return await inTime(accessOf(config, login));
  } catch (error) {
    throw invalid(`${login.what}: ${reasonOf(error)}`, error);
  }
}

/** client-node lets a program hang, and all that wait for it. */
async function inTime<T>(login: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = async () => {
    await delay(LOGIN_MS, undefined, { signal: over.signal, ref: false });
    throw new Error(`it did not log in within ${LOGIN_MS / 1_000} s`);
  };
  try {
    return await Promise.race([login, late()]);
  } finally {
    over.abort();
  }
}

/** Changes when one of the files does. What cannot be looked at counts as a state, too. */
async function stateOf(files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return [ino, size, mtimeNs, ctimeNs].join(" ");
    } catch (error) {
      return reasonOf(error);
    }
  });
  return (await Promise.all(states)).join("\n");
}
