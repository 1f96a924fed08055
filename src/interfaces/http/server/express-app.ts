import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { sendProblem } from '../endpoint/endpoint.ts'
import { fieldsOf, HTML_TYPE } from '../endpoint/reply.ts'

/** The files are sent by a package which knows nothing of our replies. */
const pageFields: RequestHandler = (_req, res, next) => {
  const fields = fieldsOf(res, HTML_TYPE)
  for (let index = 0; index < fields.length; index += 2) res.setHeader(fields[index] ?? '', fields[index + 1] ?? '')
  next()
}

const notFound: RequestHandler = (req, res) => {
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  sendProblem(res, { kind: 'PathNotFound', path: req.path })
}

const lastResort: ErrorRequestHandler = (error: Error & { readonly status?: number }, _req, res, next) => {
  if (res.headersSent) next(error)
  else if (error.status === 400) sendProblem(res, { kind: 'Malformed', detail: 'The request cannot be read' })
  else sendProblem(res, { kind: 'Defect', cause: error })
}

/** Express, for what the contract does not have: the files of the documentation's page, and nothing else. */
export const expressApp = (documentationAssets: readonly RequestHandler[]): RequestListener =>
  express()
    .disable('x-powered-by')
    .disable('etag')
    .set('case sensitive routing', true)
    .use('/docs', pageFields, ...documentationAssets)
    .use(notFound)
    .use(lastResort)
