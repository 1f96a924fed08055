import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import type { Failure } from '../endpoint/failure.ts'
import { type ProblemName, problemTypes } from '../endpoint/problem-types.ts'
import { HTML_TYPE, JSON_TYPE, type Reply } from '../endpoint/reply.ts'
import { keptFiles } from './documentation-files.ts'
import { standing, standingPage } from './standing.ts'
import { swaggerFiles, swaggerPage } from './swagger-ui.ts'

const Plain = t.type({ headers: Conditional })

const problemPage = (name: ProblemName) => {
  const { status, title, meaning } = problemTypes[name]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/docs/favicon.svg">
</head>
<body>
<h1>${title}</h1>
<p>Problem type <code>/problems/${name}</code>, answered with status ${status}.</p>
<p>${meaning.replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>
</body>
</html>
`
}

const problemPages: ReadonlyMap<string, Reply> = new Map(
  (Object.keys(problemTypes) as ProblemName[]).map((name) => [name, standingPage(HTML_TYPE, problemPage(name))]),
)

const found = <A>(value: A | undefined, otherwise: Failure) =>
  value === undefined ? E.left(otherwise) : E.right(value)

const fileOf = keptFiles(swaggerFiles)

const docs = standingPage(HTML_TYPE, swaggerPage)

/** Made when it is first asked for, and kept. */
const lazy = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}

export const documentationEndpoints = (contract: Contract) => {
  const yaml = lazy(() => standing('application/yaml', contract.yaml))
  const json = lazy(() => standing(JSON_TYPE, contract.json))
  return {
    getDocs: endpoint(contract.operation('getDocs'), Plain, () => TE.right(docs)),

    getDocsFile: endpoint(
      contract.operation('getDocsFile'),
      t.type({ headers: Conditional, path: t.type({ file: t.string }) }),
      ({ path: { file } }) =>
        async () =>
          found(await fileOf(file), { kind: 'PathNotFound', path: `/docs/${file}` }),
    ),

    getOpenapiYaml: endpoint(contract.operation('getOpenapiYaml'), Plain, () => TE.right(yaml())),

    getOpenapiJson: endpoint(contract.operation('getOpenapiJson'), Plain, () => TE.right(json())),

    getProblem: endpoint(
      contract.operation('getProblem'),
      t.type({ headers: Conditional, path: t.type({ problem: t.string }) }),
      ({ path: { problem } }) =>
        TE.fromEither(found(problemPages.get(problem), { kind: 'ProblemTypeNotFound', name: problem })),
    ),
  }
}
