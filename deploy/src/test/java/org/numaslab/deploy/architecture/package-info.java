/// The arrows between modules and packages, and who may touch what: rules that the compiler cannot
/// hold.
package org.numaslab.deploy.architecture;
