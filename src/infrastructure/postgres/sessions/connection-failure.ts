interface Failure {
  readonly code?: string
  readonly message: string
  readonly hostname?: string
  readonly address?: string
  readonly port?: number
  /** One a try, when a name has several addresses. */
  readonly errors?: readonly Failure[]
}

const placesOf = ({ address, port, errors }: Failure): string => {
  if (errors) return errors.map(placesOf).join(' and ')
  return port === undefined ? String(address) : `${address}:${port}`
}

const isAboutTrust = (code: string) => /CERT|SIGNATURE/.test(code)

/** What is wrong, and what would mend it. */
const diagnosisOf = (failure: Failure): string => {
  const { code = '', message } = failure
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens at ${placesOf(failure)}: start PostgreSQL there, or correct host and port`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host ${failure.hostname} is not known: correct it`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${placesOf(failure)} cannot be reached (${code}): correct host and port, or let this machine through`
    case 'ECONNRESET':
      return `what answers there ends the connection (${message}): correct host and port, or let this machine through`
    case 'ENOENT':
      return `${message}: correct the path`
    case '28P01':
      return `${message}: correct the password there, or in PGPASSWORD; a Docker volume keeps the POSTGRES_PASSWORD that it was first made with`
    case '28000':
      return `${message}: correct the user, or let it in (pg_hba.conf)`
    case '3D000':
      return `${message}: create it, or correct the name`
    case '42501':
      return `${message}: grant it to the user, or correct the user`
    case '53300':
      return `${message}: raise max_connections of the server, or lower DATABASE_POOL_SIZE of those that use it`
    case '57P03':
      return `${message}: start again when it is ready`
    default:
  }
  if (isAboutTrust(code)) return `its certificate is not trusted (${message}): name whom to trust with sslrootcert`
  if (/does not support SSL/.test(message)) return `it does not speak TLS: correct sslmode`
  if (/password must be/.test(message)) return `the server asks for a password: add it there, or set PGPASSWORD`
  if (/timeout/.test(message)) return `nobody answers there in time: correct host and port, or let this machine through`
  return `${message}: correct it`
}

/** A sentence that names the variable to mend. */
export const connectionFailure = (error: unknown, variable: string): Error =>
  new Error(`${variable}: ${diagnosisOf(error as Failure)}`, { cause: error })
