import { ELSEWHERE, type RouteOf } from './router.ts'
import { PROBE_PATHS } from './probe-paths.ts'
import { originForm } from './target.ts'

/**
 * Knows below `basePath` what the router knows below `/`. The path itself leads to what is at its end a slash further, where
 * relative links are right. Probes are known without it as well: they come from the machine, past the proxy whose paths these
 * are. Costs nothing while there is none.
 */
export const below = (basePath: string, routeOf: RouteOf): RouteOf => {
  if (basePath === '') return routeOf

  const beside: RouteOf = (method, url) => {
    const route = routeOf(method, url)
    return route.kind !== 'elsewhere' && PROBE_PATHS.has(route.template) ? route : ELSEWHERE
  }

  return (method, url) => {
    const target = originForm(url)
    const rest = target.startsWith(basePath) ? target.slice(basePath.length) : undefined
    if (rest === undefined || !/^[/?#]|^$/.test(rest)) return beside(method, url)
    return rest.startsWith('/') ? routeOf(method, rest) : { kind: 'moved', template: '/', location: `/${rest}` }
  }
}
