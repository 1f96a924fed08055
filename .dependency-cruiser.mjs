import { builtinModules } from 'node:module'
import { permissionsOf, ROOTS } from './test/architecture/layer.ts'
import { layers } from './test/architecture/layers.ts'

const quoted = (path) => path.replaceAll('.', '\\.')

/** The files that a path of the table takes in. */
const filesOf = (path) => {
  if (/\.m?[jt]s$/.test(path)) return `^${quoted(path)}$`
  return path.endsWith('/*') ? `^${quoted(path.slice(0, -1))}[^/]+$` : `^${quoted(path)}/`
}

/** Those that no narrower layer takes for itself. */
const ownFilesOf = ({ path }) => {
  const folder = path.endsWith('/*') ? path.slice(0, -1) : `${path}/`
  const narrower = layers.filter((other) => other.path.startsWith(folder) && other.path !== path)
  const taken = narrower.map((other) => `(?!${filesOf(other.path)})`).join('')
  return `^${taken}${filesOf(path).slice(1)}`
}

const nodeModules = builtinModules.map((name) => name.replace(/^node:/, '')).join('|')

const permitted = (permission) => {
  if (permission === 'node:') return `^(?:node:)?(${nodeModules})$`
  if (permission.startsWith('node:')) return `^(?:node:)?${permission.slice('node:'.length)}$`
  return ROOTS.includes(permission.split('/')[0]) ? filesOf(permission) : `node_modules/(@types/)?${permission}/`
}

const ruleOf = (layer) => ({
  name: layer.path,
  comment: layer.because,
  severity: 'error',
  from: { path: ownFilesOf(layer) },
  to: { pathNot: [ownFilesOf(layer), ...permissionsOf(layer).map(permitted)] },
})

/** The table of test/architecture/layers.ts once more, on the graph that another reader of imports resolves. */
export default {
  forbidden: [
    ...layers.map(ruleOf),
    {
      name: 'every-file-has-a-layer',
      comment: 'Files that test/architecture/layers.ts says nothing of.',
      severity: 'error',
      from: { path: `^(${ROOTS.join('|')})/`, pathNot: layers.map(({ path }) => filesOf(path)) },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-strays',
      comment: 'An import that cannot be resolved hides from every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
