import { ClusterError } from "@gatewright/core";

/** Refusals in the API server's words (apimachinery/pkg/api/errors/errors.go). */
const refuse = (status: number, reason: string, message: string): ClusterError =>
  new ClusterError(message, { status, reason });

/** `configmaps`, or `deployments.apps`: how the API server writes a resource. */
export const shownResource = (group: string, resource: string): string =>
  group === "" ? resource : `${resource}.${group}`;

/** `why` is for whoever writes the test: the API server does not tell. */
export const notServed = (why: string): ClusterError =>
  refuse(404, "NotFound", `the server could not find the requested resource (${why})`);

export const notAllowed = (why?: string): ClusterError => {
  const message = "the server does not allow this method on the requested resource";
  return refuse(405, "MethodNotAllowed", why === undefined ? message : `${message} (${why})`);
};

export const notFound = (resource: string, name: string): ClusterError =>
  refuse(404, "NotFound", `${resource} "${name}" not found`);

export const alreadyExists = (resource: string, name: string): ClusterError =>
  refuse(409, "AlreadyExists", `${resource} "${name}" already exists`);

export const conflict = (resource: string, name: string, why: string): ClusterError =>
  refuse(409, "Conflict", `Operation cannot be fulfilled on ${resource} "${name}": ${why}`);

export const invalid = (resource: string, name: string, why: string): ClusterError =>
  refuse(422, "Invalid", `${resource} "${name}" is invalid: ${why}`);

export const badRequest = (message: string): ClusterError => refuse(400, "BadRequest", message);

export const terminating = (resource: string, name: string, namespace: string): ClusterError =>
  refuse(
    403,
    "Forbidden",
    `${resource} "${name}" is forbidden: unable to create new content in namespace ${namespace} ` +
      "because it is being terminated",
  );

export const expired = (): ClusterError => refuse(410, "Expired", "too old resource version");

export const closed = (): ClusterError => refuse(0, "Unreachable", "the connection is closed");

export const timedOut = (milliseconds: number): ClusterError =>
  refuse(0, "Timeout", `no answer within ${milliseconds} ms`);
