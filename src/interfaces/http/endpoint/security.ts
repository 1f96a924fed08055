import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

type Fields = readonly string[]

/** What helmet would set on every answer, asked of it once: names and values in turn. */
const once = (protect: ReturnType<typeof helmet>): Fields => {
  const fields: string[] = []
  const res = { setHeader: (name: string, value: string) => void fields.push(name, value), removeHeader: () => {} }
  protect(undefined as unknown as IncomingMessage, res as unknown as ServerResponse, () => {})
  return fields
}

/**
 * For answers that are data: shown in no frame, run by nobody, read as what they say they are. What helmet adds for pages
 * alone is left out, and so is HSTS: whoever puts TLS in front decides that.
 */
export const DATA_SECURITY = once(
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
)

/**
 * For the console, which asks for nothing but its own files and this service: no script or style but those of its files, in
 * nobody's frame, and nothing is sent anywhere else.
 */
export const CONSOLE_SECURITY = once(
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    },
    strictTransportSecurity: false,
  }),
)

/**
 * For pages: helmet's defaults. Plain HTTP stays plain: an upgrade would break "Try it out" wherever there is no TLS.
 */
export const PAGE_SECURITY = once(
  helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  }),
)
