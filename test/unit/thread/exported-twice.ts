import { counting } from './exported-topologies.ts'

export const once: typeof counting = counting
export { once as again }
export default once
