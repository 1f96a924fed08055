import { setFlagsFromString } from 'node:v8'

/**
 * Most of what a chat server makes lives for one request. The engine, left alone, lets it pile up to twice the memory before it
 * looks; the room for what is young is set where the process is started (`npm start`, Dockerfile).
 */
export const tuneEngine = (): void => setFlagsFromString('--heap-growing-percent=20')
