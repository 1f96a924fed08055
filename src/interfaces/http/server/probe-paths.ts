/** What the machine itself asks, once in a few seconds. */
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])
