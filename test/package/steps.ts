/** Does it, and says how long that took. */
export const step = <A>(what: string, does: () => A): A => {
  const start = performance.now()
  const said = <B>(result: B): B => {
    console.log(`✔ ${what} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
    return result
  }
  const result = does()
  return result instanceof Promise ? (result.then(said) as A) : said(result)
}

export const check = (what: string, isSo: boolean): void => {
  if (!isSo) throw new Error(what)
}

/** npm's settings of this project's own run are not those of a consumer. */
export const consumersEnvironment = (path = process.env['PATH'] ?? ''): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|config_local)/.test(name),
  )
  const quiet = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' }
  return { ...Object.fromEntries(own), ...quiet, PATH: path, NODE_OPTIONS: '' }
}
