import { parse } from 'yaml'
import type { Contract } from './contract.ts'

/** Where paths of the service stand in the document: values, words, beginnings of patterns, links, and commands to try. */
const PATHS = /(?<=[:-] |`|'\^|localhost:8000)\/(?=\w)|(?<=<)\/(?=chats\/)/g

const SERVER = /(?<=^servers:\n {2}- url: )\/$/m

/**
 * The document of a service below a path. Its server is there, and so are the types of problems and what fields of answers lead
 * to. The templates of paths go by the server (OpenAPI 3.1, section 4.8.8.1), and stay.
 */
export const documentBelow = (basePath: string, { yaml, json }: Contract): Pick<Contract, 'yaml' | 'json'> => {
  if (basePath === '') return { yaml, json }
  const moved = yaml.replaceAll(PATHS, `${basePath}/`).replace(SERVER, basePath)
  return { yaml: moved, json: JSON.stringify(parse(moved)) }
}
