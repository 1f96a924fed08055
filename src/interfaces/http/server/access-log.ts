import type { RequestListener, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { HttpMetrics } from './metrics.ts'
import { openContext } from '../endpoint/request-context.ts'
import { PROBE_PATHS } from './probe-paths.ts'

/**
 * One log line and one measurement a request. Neither ever holds a text, a title or a query. Where somebody knows more of a
 * request, the line says that, too.
 */
export const observe =
  (
    logger: Logger,
    metrics: HttpMetrics,
    basePath = '',
    fieldsOf?: (res: ServerResponse) => Readonly<Record<string, string>> | undefined,
  ): RequestListener =>
  (req, res) => {
    const context = openContext(req, res, basePath)
    const { method = '' } = req
    metrics.started()
    res.once('close', () => {
      const milliseconds = performance.now() - context.startedAt
      const status = res.writableFinished ? res.statusCode : 499
      if (context.refusal) metrics.refused(context.refusal)
      metrics.finished(context, method, status, milliseconds / 1000)
      const line = {
        reqId: context.id,
        method,
        route: context.route,
        status,
        durationMs: Math.round(milliseconds * 100) / 100,
      }
      if (fieldsOf) Object.assign(line, fieldsOf(res))
      if (status >= 500) logger.error({ ...line, err: context.cause }, 'request failed')
      // They would bury the rest.
      else if (PROBE_PATHS.has(context.route)) logger.debug(line, 'request')
      else logger.info(line, 'request')
    })
  }
