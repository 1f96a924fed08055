import { join } from 'node:path'
import type { Connection } from '../database.ts'

export const HOST = 'localhost'
export const roomOf = (name: number | string): string => `room-${name}@conference.${HOST}`
/** More than follow one room at a time. */
const OCCUPANTS = 1000

interface Places {
  /** Where clients connect to. */
  readonly port: number
  readonly database: Connection
}

/**
 * As an installation for groups would have it: rooms stay, every message of theirs is archived, everything is kept in
 * PostgreSQL over ten connections (the default; 32 and 64 were no faster), caches are on. What differs from the defaults is
 * in ejabberd's favour: its listener lets as many wait as Node's does (5 drop connections), clients are not slowed down,
 * caches have room for all that is there, and a PostgreSQL that was lost is looked for each second instead of each 30. No TLS,
 * as with ours.
 */
export const configuration = ({ port, database }: Places): string => `
hosts: [${HOST}]
loglevel: info
log_rotate_count: 0
listen:
  - port: ${port}
    ip: 127.0.0.1
    module: ejabberd_c2s
    backlog: 511
    max_stanza_size: 262144
    starttls: false
auth_method: [sql]
auth_password_format: plain
default_db: sql
sql_type: pgsql
sql_server: ${database.host}
sql_port: ${database.port}
sql_database: ${database.database}
sql_username: ${database.user}
sql_start_interval: 1
cache_size: 100000
modules:
  mod_disco: {}
  mod_mam:
    default: always
    assume_mam_usage: true
  mod_muc:
    max_users: ${OCCUPANTS}
    default_room_options:
      mam: true
      persistent: true
      max_users: ${OCCUPANTS}
  mod_ping: {}
  mod_stream_mgmt: {}
`

/** The files and folders of one node. */
export const placesIn = (folder: string) => ({
  configuration: join(folder, 'ejabberd.yml'),
  log: join(folder, 'ejabberd.log'),
  spool: join(folder, 'spool'),
})
