import type { Settings } from './settings.ts';

/** Whether admins need a second factor for what destroys, or changes who may do what: in production, unless it is switched off. */
export const isMfaRequired = ({ admin, env }: Pick<Settings, 'admin' | 'env'>): boolean =>
  (admin.mfa ?? (env === 'production' ? 'required' : 'off')) === 'required';

/** What production says of it at the start. */
export const mfaWarnings = (settings: Pick<Settings, 'admin' | 'env'>): string[] =>
  settings.env === 'production' && !isMfaRequired(settings)
    ? ['admins need no second factor: set OJS_ADMIN_MFA=required']
    : [];
