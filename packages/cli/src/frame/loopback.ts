/** Every address of the machine itself, as a URL's hostname has them. */
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0|\[?::\]?)$/;

export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);
