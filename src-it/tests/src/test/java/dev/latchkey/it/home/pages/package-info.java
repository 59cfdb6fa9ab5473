/** What the pages of an application extend. */
package dev.latchkey.it.home.pages;
