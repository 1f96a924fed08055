import type { RequestHandler } from 'express'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import swaggerUi from 'swagger-ui-express'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { type ProblemName, problemTypes } from '../endpoint/problem-types.ts'
import { HTML_TYPE, jsonText } from '../endpoint/reply.ts'

const Nothing = t.type({})

const options: swaggerUi.SwaggerUiOptions = {
  customSiteTitle: 'Messenger API',
  swaggerOptions: { url: '/openapi.yaml', validatorUrl: null, displayRequestDuration: true },
}

/** The page's own files are asked for relative to `/docs/`, also when the page itself was asked for as `/docs`. */
const page = swaggerUi.generateHTML(undefined, options).replace('<head>', '<head>\n  <base href="/docs/">')

/** The scripts and styles of Swagger UI, from the package: nothing is fetched from elsewhere. */
export const documentationAssets: readonly RequestHandler[] = swaggerUi.serveFiles(undefined, options)

const problemPage = (name: ProblemName) => {
  const { status, title, meaning } = problemTypes[name]
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>Problem type <code>/problems/${name}</code>, answered with status ${status}.</p>
<p>${meaning.replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>
</body>
</html>
`
}

const isProblemName = (name: string): name is ProblemName => Object.hasOwn(problemTypes, name)

export const documentationEndpoints = (contract: Contract) => ({
  getDocs: endpoint(contract.operation('getDocs'), Nothing, () =>
    TE.right({ status: 200, type: HTML_TYPE, body: page }),
  ),
  getOpenapiYaml: endpoint(contract.operation('getOpenapiYaml'), Nothing, () =>
    TE.right({ status: 200, type: 'application/yaml', body: contract.yaml }),
  ),
  getOpenapiJson: endpoint(contract.operation('getOpenapiJson'), Nothing, () => TE.right(jsonText(200, contract.json))),
  getProblem: endpoint(
    contract.operation('getProblem'),
    t.type({ path: t.type({ problem: t.string }) }),
    ({ path: { problem } }) =>
      TE.fromEither(
        isProblemName(problem)
          ? E.right({ status: 200, type: HTML_TYPE, body: problemPage(problem) })
          : E.left({ kind: 'ProblemTypeNotFound', name: problem }),
      ),
  ),
})
