import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import { HTML_TYPE, type Reply } from '../endpoint/reply.ts'
import { consoleModules, consoleStyle } from './console-modules.ts'
import { standing } from './standing.ts'

/** Who is let in: everybody, or who shows a token or a key. The page asks for what is needed. */
export type Callers = 'anybody' | 'known'

/** The page at `/` and its files, made when the first browser comes, and kept (100 KB all together). */
export interface Console {
  readonly page: () => Promise<Reply>
  readonly file: (name: string) => Promise<Reply | undefined>
}

/**
 * Every address is relative, so that the page is the same below any path. The browser is told of all scripts at once, and does
 * not have to find one by the other.
 */
const pageOf = (callers: Callers, scripts: readonly string[]) => `<!doctype html>
<html lang="en" data-callers="${callers}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Messenger</title>
<link rel="icon" href="docs/favicon.svg">
<link rel="stylesheet" href="console/style.css">
${scripts.map((name) => `<link rel=modulepreload href="console/${name}">`).join('')}
<script type="module" src="console/main.js"></script>
</head>
<body>
<div id="console"><h1>Messenger</h1><noscript>This page needs JavaScript. The documentation: <a href="docs/">docs</a></noscript></div>
</body>
</html>
`

/** The texts of one language, of which the page asks for one. */
const isWords = (name: string) => name.startsWith('words-')

const ofConsole = (type: string, body: string): Reply => ({ ...standing(type, body), isConsole: true })

const made = async (callers: Callers): Promise<ReadonlyMap<string, Reply>> => {
  const modules = await consoleModules()
  return new Map([
    [
      '',
      ofConsole(
        HTML_TYPE,
        pageOf(
          callers,
          [...modules.keys()].filter((name) => !isWords(name)),
        ),
      ),
    ],
    ['style.css', ofConsole('text/css; charset=utf-8', await consoleStyle())],
    ...Array.from(modules, ([name, script]) => [name, ofConsole('text/javascript; charset=utf-8', script)] as const),
  ])
}

export const consoleFor = (callers: Callers): Console => {
  let replies: Promise<ReadonlyMap<string, Reply>> | undefined
  const reply = async (name: string) => {
    replies ??= made(callers)
    try {
      return (await replies).get(name)
    } catch (error) {
      replies = undefined
      throw error
    }
  }
  return { page: async () => (await reply('')) as Reply, file: reply }
}

export const consoleEndpoints = (contract: Contract, basePath: string, served: Console | undefined) => ({
  getConsoleFile: endpoint(
    contract.operation('getConsoleFile'),
    t.type({ headers: Conditional, path: t.type({ asset: t.string }) }),
    ({ path: { asset } }) =>
      async () => {
        const reply = await served?.file(asset)
        return reply ? E.right(reply) : E.left({ kind: 'PathNotFound', path: `${basePath}/console/${asset}` })
      },
  ),
})
