import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import { preferred } from '../endpoint/media-types.ts'
import { HTML_TYPE, JSON_TYPE, type Reply } from '../endpoint/reply.ts'
import type { Console } from './console.ts'
import { standing } from './standing.ts'

const DOCS = '/docs/'

const links = (basePath: string) => ({
  documentation: basePath + DOCS,
  openapi: `${basePath}/openapi.json`,
  openapi_yaml: `${basePath}/openapi.yaml`,
  chats: `${basePath}/chats/`,
  events: `${basePath}/events`,
  health: `${basePath}/readyz`,
})

/** One address, two answers: a cache has to know what they go by. */
const VARY = { Vary: 'Accept' }

const documentOf = (basePath: string): Reply => {
  const entry = standing(JSON_TYPE, JSON.stringify({ name: 'Messenger API', links: links(basePath) }))
  return { ...entry, headers: { ...entry.headers, ...VARY } }
}

/** See Other (RFC 9110, section 15.4.4): the page is something else, not this document at another address. */
const toDocs = (basePath: string): Reply => ({
  status: 303,
  headers: { ...VARY, Location: DOCS },
  type: HTML_TYPE,
  body: `<!DOCTYPE html>\n<title>Messenger API</title>\n<a href="${basePath}${DOCS}">Messenger API</a>\n`,
  isPage: true,
})

const EntryRequest = t.type({
  headers: t.intersection([Conditional, t.partial({ accept: t.string })]),
})

/** The page varies as the document does, which is at the same address. */
const varying = (page: Reply): Reply => ({ ...page, headers: { ...page.headers, ...VARY } })

/** Where everybody arrives: browsers see the console, or are led to the documentation; programs hear of the rest. */
export const entryEndpoints = (contract: Contract, basePath: string, served: Console | undefined) => {
  const [docs, document] = [toDocs(basePath), documentOf(basePath)]
  return {
    getEntry: endpoint(contract.operation('getEntry'), EntryRequest, ({ headers: { accept } }) => async () => {
      if (preferred(accept, ['application/json', 'text/html']) !== 'text/html') return E.right(document)
      return E.right(served ? varying(await served.page()) : docs)
    }),
  }
}
