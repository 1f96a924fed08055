import htm from 'htm'
import { h, type VNode } from 'preact'

/** Markup in a tagged template, which a browser reads as it stands. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode
