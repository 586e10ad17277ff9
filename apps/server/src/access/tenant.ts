import { DEFAULT_TENANT, type Principal, TenantId } from '@ojs/schema';

/** Which tenant a request is about, or why that cannot be. */
export type TenantChoice =
  | { readonly tenant: string }
  | { readonly refused: 'tenant_access_denied' | 'invalid_request'; readonly message: string };

/**
 * The tenant of a request. The header can only confirm the credential's tenant, or choose one where the credential spans
 * several; without it a spanning credential is in the default tenant, which nobody can name.
 *
 * @param header value of `X-OJS-Tenant` (or `X-OJS-Tenant-Id`); undefined where there is none.
 */
export function tenantOf(principal: Principal, header: string | undefined): TenantChoice {
  const own = principal.tenant === '*' ? undefined : principal.tenant;
  if (header === undefined) return { tenant: own ?? DEFAULT_TENANT };
  if (!TenantId.safeParse(header).success) {
    return {
      refused: 'invalid_request',
      message:
        'X-OJS-Tenant: must be a tenant id: 1 to 128 letters, digits, ".", "_", ":" or "-", the first a letter or digit',
    };
  }
  if (own !== undefined && own !== header) {
    return { refused: 'tenant_access_denied', message: 'X-OJS-Tenant: the credential belongs to another tenant' };
  }
  return { tenant: header };
}
