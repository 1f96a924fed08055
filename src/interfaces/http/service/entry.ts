import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import { preferred } from '../endpoint/media-types.ts'
import { HTML_TYPE, JSON_TYPE, type Reply } from '../endpoint/reply.ts'
import { standing } from './standing.ts'

const DOCS = '/docs/'

const links = (basePath: string) => ({
  documentation: basePath + DOCS,
  openapi: `${basePath}/openapi.json`,
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

/** Where everybody arrives: browsers are led to the documentation, programs to the rest. */
export const entryEndpoints = (contract: Contract, basePath: string) => {
  const [page, document] = [toDocs(basePath), documentOf(basePath)]
  return {
    getEntry: endpoint(contract.operation('getEntry'), EntryRequest, ({ headers: { accept } }) =>
      TE.right(preferred(accept, ['application/json', 'text/html']) === 'text/html' ? page : document),
    ),
  }
}
