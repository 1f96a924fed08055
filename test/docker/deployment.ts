import { execFile, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Client } from '../client.ts'
import { aFreePort } from '../free-port.ts'
import { clientAt } from './http.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

export type Service = 'app' | 'database'

/** What `docker inspect` says of a container, as far as it is asked here. */
export interface Container {
  readonly Image: string
  readonly RestartCount: number
  readonly State: {
    readonly Running: boolean
    readonly ExitCode: number
    readonly Health?: { readonly Status: string }
  }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly PidsLimit: number | null
    readonly Memory: number
    readonly RestartPolicy: { readonly Name: string }
  }
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly unknown[] | null>>
    readonly Networks: Readonly<Record<string, unknown>>
  }
}

export interface Ran {
  readonly code: number
  readonly output: string
}

/** docker-compose.yml brought up under a project name, a port and a password of its own, beside whatever else runs. */
export interface Deployment {
  readonly client: Client
  /** Runs Compose with its output shown. */
  readonly compose: (...args: readonly string[]) => Promise<void>
  /** Runs a shell line in a running container, as the user the image starts as unless another is given. */
  readonly shell: (service: Service, line: string, user?: string) => Promise<Ran>
  readonly inspect: (service: Service) => Promise<Container>
  readonly isInternal: (network: string) => Promise<boolean>
  /** Bytes of the image the service runs from. */
  readonly imageSize: (service: Service) => Promise<number>
  /** Containers, networks, volumes and the image built, all gone. */
  readonly destroy: () => void
}

/** How `execFile` rejects when the command ended with another status than 0. */
interface Failed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const works = (command: string, ...args: readonly string[]) =>
  run(command, args).then(
    () => true,
    () => false,
  )

/** `COMPOSE`, else `docker compose`, else the older `docker-compose`. */
const findCompose = async (): Promise<readonly [string, ...string[]]> => {
  const [command, ...args] = (process.env['COMPOSE'] ?? '').split(' ').filter(Boolean)
  if (command !== undefined) {
    if (await works(command, ...args, 'version')) return [command, ...args]
    throw new Error(`COMPOSE is \`${process.env['COMPOSE']}\`, which does not run`)
  }
  if (await works('docker', 'compose', 'version')) return ['docker', 'compose']
  if (await works('docker-compose', 'version')) return ['docker-compose']
  throw new Error('neither `docker compose` nor `docker-compose` is installed; COMPOSE can name another command')
}

export const prepareDeployment = async (): Promise<Deployment> => {
  await run('docker', ['version', '--format', '{{.Server.Version}}']).catch((error: unknown) => {
    const said = (error as Partial<Failed>).stderr?.trim()
    throw new Error(`no Docker engine answers: ${said || 'the command `docker` is not installed'}`)
  })
  const [command, ...before] = await findCompose()
  const project = `messenger-docker-test-${process.pid}`
  const port = await aFreePort()
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry'], { cwd: root })
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    COMPOSE_PROJECT_NAME: project,
    // Compose reads these before any .env of the checkout.
    PORT: String(port),
    POSTGRES_PASSWORD: `p@ss/w:rd?#%41 $x\${y} "'é`,
    LOG_LEVEL: 'info',
    NPM_CONFIG_REGISTRY: registry.trim(),
  }
  const options = { cwd: root, env: environment, maxBuffer: 2 ** 26 }

  const compose = (...args: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      spawn(command, [...before, ...args], { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
        .once('error', reject)
        .once('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`compose ${args.join(' ')} ended with status ${code}`)),
        )
    })

  const containerOf = async (service: Service) => {
    const filters = [`project=${project}`, `service=${service}`].flatMap((it) => [
      '--filter',
      `label=com.docker.compose.${it}`,
    ])
    const { stdout } = await run('docker', ['ps', '--all', '--quiet', ...filters])
    const id = stdout.trim()
    if (!/^[0-9a-f]+$/.test(id)) throw new Error(`expected one container of ${service}, found: ${id || 'none'}`)
    return id
  }

  const inspect = async (service: Service) => {
    const { stdout } = await run('docker', ['inspect', await containerOf(service)], options)
    return (JSON.parse(stdout) as readonly Container[])[0] as Container
  }

  return {
    client: clientAt(`http://127.0.0.1:${port}`),
    compose,
    inspect,
    shell: async (service, line, user) => {
      const as = user === undefined ? [] : ['--user', user]
      return run('docker', ['exec', ...as, await containerOf(service), 'sh', '-c', line], options).then(
        ({ stdout, stderr }) => ({ code: 0, output: (stdout + stderr).trim() }),
        (error: unknown) => {
          const { code, stdout, stderr } = error as Failed
          return { code, output: (stdout + stderr).trim() }
        },
      )
    },
    isInternal: async (network) => {
      const { stdout } = await run('docker', ['network', 'inspect', '--format', '{{.Internal}}', network])
      return stdout.trim() === 'true'
    },
    imageSize: async (service) => {
      const { Image } = await inspect(service)
      const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{.Size}}', Image])
      return Number(stdout)
    },
    destroy: () => {
      const args = [...before, 'down', '--volumes', '--remove-orphans', '--rmi', 'local', '--timeout', '5']
      execFileSync(command, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
    },
  }
}
