import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const deployed = fileURLToPath(new URL('../../../deploy/', import.meta.url))
const textOf = (file: string) => readFileSync(join(deployed, file), 'utf8')

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly action: string }
}

export const alerts: readonly Alert[] = (
  parse(textOf('prometheus/alerts.yaml')) as { readonly groups: readonly { readonly rules: readonly Alert[] }[] }
).groups.flatMap(({ rules }) => rules)

interface Panel {
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}

export const panels = (JSON.parse(textOf('grafana/dashboard.json')) as { readonly panels: readonly Panel[] }).panels

/** As Grafana asks it, of all servers. */
export const asAsked = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*')

/** What an expression reads: whatever looks like the name of a metric, which all have an underscore, `up` aside. */
export const metricsIn = (expression: string): readonly string[] =>
  Array.from(
    expression
      .replaceAll(/"[^"]*"/g, '""')
      .replaceAll(/\{[^}]*\}/g, '')
      .replaceAll(/\b(?:by|on|without|ignoring|group_left) ?\([^)]*\)/g, '')
      .matchAll(/\b(up|[a-z]+(?:_[a-z0-9]+)+)\b(?! ?\()/g),
    ([, name = '']) => name,
  )

/** The first two cells of each row of a table, below a heading of the third level of the handbook. */
export const tableOf = (heading: string): readonly string[] => {
  const handbook = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
  const section = handbook.split(/^### /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return Array.from(section.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm), ([, name = '', kind = '']) => `${name} ${kind}`)
}

/** The configuration with what it says of Kubernetes in place of the addresses. */
export const inKubernetes = (text: string) => {
  const changed = text.replace(/^ +static_configs:\n.*\n/m, '').replaceAll(/^ {4}# (?=dns_sd_configs| {2})/gm, '    ')
  if (!/^ {4}dns_sd_configs:$/m.test(changed)) throw new Error('it says nothing of Kubernetes')
  return changed
}
