import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { Contract } from '../endpoint/contract.ts'
import { documentBelow } from '../endpoint/document-below.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import type { Failure } from '../endpoint/failure.ts'
import { type ProblemName, problemTypes, problemUri } from '../endpoint/problem-types.ts'
import { HTML_TYPE, JSON_TYPE, type Reply } from '../endpoint/reply.ts'
import { keptFiles } from './documentation-files.ts'
import { standing, standingPage } from './standing.ts'
import { swaggerFiles, swaggerPage } from './swagger-ui.ts'

const Plain = t.type({ headers: Conditional })

const problemPage = (name: ProblemName, basePath: string) => {
  const { status, title, meaning } = problemTypes[name]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${basePath}/docs/favicon.svg">
</head>
<body>
<h1>${title}</h1>
<p>Problem type <code>${problemUri(name, basePath)}</code>, answered with status ${status}.</p>
<p>${meaning.replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>
</body>
</html>
`
}

const problemPages = (basePath: string): ReadonlyMap<string, Reply> =>
  new Map(
    (Object.keys(problemTypes) as ProblemName[]).map((name) => [
      name,
      standingPage(HTML_TYPE, problemPage(name, basePath)),
    ]),
  )

const found = <A>(value: A | undefined, otherwise: Failure) =>
  value === undefined ? E.left(otherwise) : E.right(value)

/** Made when it is first asked for, and kept. */
const lazy = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}

export const documentationEndpoints = (contract: Contract, basePath: string) => {
  const served = lazy(() => documentBelow(basePath, contract))
  const yaml = lazy(() => standing('application/yaml', served().yaml))
  const json = lazy(() => standing(JSON_TYPE, served().json))
  const docs = standingPage(HTML_TYPE, swaggerPage(basePath))
  const fileOf = keptFiles(swaggerFiles(basePath))
  const pages = problemPages(basePath)
  return {
    getDocs: endpoint(contract.operation('getDocs'), Plain, () => TE.right(docs)),

    getDocsFile: endpoint(
      contract.operation('getDocsFile'),
      t.type({ headers: Conditional, path: t.type({ file: t.string }) }),
      ({ path: { file } }) =>
        async () =>
          found(await fileOf(file), { kind: 'PathNotFound', path: `${basePath}/docs/${file}` }),
    ),

    getOpenapiYaml: endpoint(contract.operation('getOpenapiYaml'), Plain, () => TE.right(yaml())),

    getOpenapiJson: endpoint(contract.operation('getOpenapiJson'), Plain, () => TE.right(json())),

    getProblem: endpoint(
      contract.operation('getProblem'),
      t.type({ headers: Conditional, path: t.type({ problem: t.string }) }),
      ({ path: { problem } }) =>
        TE.fromEither(found(pages.get(problem), { kind: 'ProblemTypeNotFound', name: problem })),
    ),
  }
}
