/** What one part of the code may import, and why no more. Imports of types count like any other. */
export interface Layer {
  /** A folder with all below it, `folder/*` for the files directly in it, or one file. The longest that fits governs. */
  readonly path: string
  /**
   * Beside its own files, with white space between: paths in the same three forms, packages or scopes of packages,
   * modules of Node (`node:` for all of them).
   */
  readonly may: string
  /** Told to whoever breaks it. */
  readonly because: string
}

/** The folders whose files must each be governed by a layer. */
export const ROOTS = ['src', 'migrations', 'bench', 'test']

export const permissionsOf = ({ may }: Layer): readonly string[] => may.split(/\s+/).filter((word) => word !== '')

const isFile = (path: string) => /\.m?[jt]s$/.test(path)

/** Whether a path of the table, a package or `node:` takes in what is imported. */
export const takesIn = (pattern: string, target: string): boolean => {
  if (isFile(pattern) || pattern === target) return pattern === target
  if (pattern.endsWith(':')) return target.startsWith(pattern)
  if (!pattern.endsWith('/*')) return target.startsWith(`${pattern}/`)
  const folder = pattern.slice(0, -1)
  return target.startsWith(folder) && !target.slice(folder.length).includes('/')
}

/** How narrow a path is: one file, files of one folder, everything below. */
const narrowness = ({ path }: Layer) => path.replace(/\/\*$/, '').length * 2 + (path.endsWith('/*') ? 1 : 0)

/** The layer that governs a file. */
export const layerOf = (file: string, layers: readonly Layer[]): Layer | undefined =>
  layers
    .filter(({ path }) => takesIn(path, file))
    .sort((one, other) => narrowness(other) - narrowness(one))
    .at(0)
