import type { Operation } from './operation.ts';

/** The same operation where ojs-admin-api has it: under /ojs/v1/admin/, for credentials of the admin plane. */
export const underAdmin = <const T extends Operation, const Id extends string>(
  operation: T,
  id: Id,
): Omit<T, 'id' | 'path' | 'planes'> & Pick<Operation, 'path' | 'planes'> & { readonly id: Id } => ({
  ...operation,
  id,
  path: operation.path.replace('/ojs/v1/', '/ojs/v1/admin/'),
  planes: [],
});
