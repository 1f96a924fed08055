import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { sendProblem } from '../endpoint/endpoint.ts'

const notFound: RequestHandler = (req, res) => sendProblem(res, { kind: 'PathNotFound', path: req.path })

const lastResort: ErrorRequestHandler = (error: Error, _req, res, next) => {
  if (res.headersSent) next(error)
  else sendProblem(res, { kind: 'Defect', cause: error })
}

/** Express, for what the contract does not have: the last 404, and the error boundary around it. */
export const expressApp = (): RequestListener =>
  express().disable('x-powered-by').disable('etag').use(notFound).use(lastResort)
