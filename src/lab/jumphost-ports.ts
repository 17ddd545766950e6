/** Where the BMCs of VMs answer: the plan's BMC addresses say so. */
export const BMC_PORT = 8443;
/** Where the agent serves the images of its jobs. */
export const FILE_STORE_PORT = 8008;
